/**
 * Puts one NSG right, write by write: it is read, planned for, and the first change of that plan is made; then it is
 * read again, which shows how that went and what others did meanwhile. So no write follows from what is no longer so,
 * and a run that ends anywhere leaves what its last plan called safe.
 */
import { CloudError, InvariantError } from "../runtime/errors.ts";
import type { NsgWritten, ObservedNsg } from "./network-security-groups.ts";
import { NSG_CHANGES_MAX, type NsgChange } from "./nsg-draft.ts";
import { driftKey, type NsgDrift } from "./nsg-drift.ts";
import type { NsgFailure, NsgRun, NsgWork, NsgWrite } from "./nsg-run.ts";
import { tookEffect } from "./nsg-settled.ts";
import { isWall } from "./nsg-write.ts";

/** A read, a write and a note, each of which may be slow. */
const WRITE_RESERVE_MS = 8_000;
/** So often is one rule written in a run: what is not kept is somebody else's doing, or Azure's. */
const WRITES_MAX = 3;
/** So many writes without an answer: Azure is away. What it refuses is no reason to leave the others as they are. */
const UNANSWERED_MAX = 10;
/** Far more than its changes take: a bound on what others may make it do over. */
const LOOKS_MAX = 400;
const POLL_MS = 1_000;
const BUSY_SECONDS = 2;
/** What takes longer to end is let be: a change that never ends must not keep all others from being made. */
const SETTLING_MAX_MS = 30_000;

interface State {
  readonly drift: Map<string, NsgDrift>;
  last: Pick<NsgRun, "plan" | "rules"> | null;
  readonly done: NsgWrite[];
  readonly failures: NsgFailure[];
  unseen: NsgWrite | null;
  isMore: boolean;
  isFrozen: boolean;
  looks: number;
  /** Made, or perhaps made: the next look says. */
  pending: (NsgWrite & { readonly failure: CloudError | null }) | null;
  readonly writes: Map<string, number>;
  /** What stood there when a write was refused for its etag. */
  unmatched: string | null;
  readonly refused: Set<string>;
  /** How many of them for no answer. */
  unanswered: number;
  /** How long changes that go on are waited for; once none does, the next one has all of it. */
  settlingMs: number;
}

/** Throws `CloudError` when the NSG, or whether it may be written, could not be read before anything was done. */
export async function applyNsg(work: NsgWork): Promise<NsgRun> {
  const at = work.clock();
  const state: State = {
    drift: new Map(),
    last: null,
    looks: 0,
    done: [],
    unseen: null,
    failures: [],
    isMore: false,
    isFrozen: false,
    pending: null,
    writes: new Map(),
    unmatched: null,
    refused: new Set(),
    unanswered: 0,
    settlingMs: settlingMs(work),
  };
  try {
    let goesOn = true;
    while (goesOn) goesOn = await step(work, state);
  } catch (error) {
    const isBegun = state.done.length > 0 || state.pending !== null;
    if (!(error instanceof CloudError) || !isBegun) throw error;
    state.isMore = true;
  }
  settlePending(state, null);
  const { last, done, unseen, failures, isMore, isFrozen } = state;
  if (last === null) throw new InvariantError("a run over an NSG ended without a look at it");
  return { at, ...last, drift: [...state.drift.values()], done, unseen, failures, isMore, isFrozen };
}

/** False when nothing more is to be done, or can be. */
async function step(work: NsgWork, state: State): Promise<boolean> {
  const observed = await readSettled(work, state);
  settlePending(state, observed);
  const rules = observed?.rules ?? null;
  const { refused } = state;
  const plan = work.plan(rules, new Set([...(observed?.changing ?? []), ...refused]), refused);
  state.last = { plan, rules };
  // As it was before this run did anything.
  for (const one of plan.drift) if (!state.drift.has(driftKey(one))) state.drift.set(driftKey(one), one);
  const [change] = plan.changes;
  if (change === undefined) {
    // What goes on there is not for this run to touch, and not as it should be yet.
    const goesOn = observed !== null && observed.changing.size > 0;
    const isUnfinished = plan.drift.length > 0 || (rules ?? []).some(isWall);
    state.isMore = goesOn && plan.withheld === null && isUnfinished;
    return false;
  }
  if (isOver(state) || work.remainingMs() < WRITE_RESERVE_MS) {
    state.isMore = true;
    return false;
  }
  if (!(await work.mayWrite())) {
    state.isFrozen = true;
    return false;
  }
  const before = rules?.find(({ name }) => isNamed(change, name)) ?? null;
  return await write(work, state, { change, before }, textOf(observed));
}

function isOver(state: State): boolean {
  state.looks += 1;
  const { looks, done, refused, unanswered } = state;
  // Each name is refused once, so locks on many rules take time from the others, and no more than that.
  const isTired = looks - refused.size > LOOKS_MAX || unanswered >= UNANSWERED_MAX;
  return isTired || done.length >= NSG_CHANGES_MAX;
}

/** All that etags are about. */
const textOf = (observed: ObservedNsg | null): string =>
  JSON.stringify([observed?.rules.map((rule) => ({ ...rule, etag: null })), [...(observed?.changing ?? [])]]);

/** `seen`: what the plan was made for. */
async function write(work: NsgWork, state: State, wanted: NsgWrite, seen: string): Promise<boolean> {
  const { change } = wanted;
  const key = change.name.toLowerCase();
  const count = (state.writes.get(key) ?? 0) + 1;
  if (count > WRITES_MAX) return refuse(state, wanted, "not-kept", false);
  try {
    const written = await send(work, change, state.unmatched !== seen);
    if (written.kind === "busy") return await waitFor(work, state, written.retryAfterSeconds);
    if (written.kind === "unmatched") {
      state.unmatched = seen;
      return true;
    }
    state.writes.set(key, count);
    if (written.kind === "taken" && count === WRITES_MAX) return refuse(state, wanted, written.code, false);
    if (written.kind === "accepted") state.pending = { ...wanted, failure: null };
    return true;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (error.throttled) return await waitFor(work, state, error.retryAfterSeconds);
    state.writes.set(key, count);
    if (!error.retryable) return refuse(state, wanted, error.code, true);
    if (count === WRITES_MAX) {
      state.unanswered += 1;
      return refuse(state, wanted, error.code, false);
    }
    state.pending = { ...wanted, failure: error };
    return true;
  }
}

/**
 * Without the etag when one that was just read did not match though nothing had changed: nobody has written down what
 * the etag of a rule is worth, and one that never matches must not keep a rule open.
 */
function send({ groups, id }: NsgWork, change: NsgChange, isChecked: boolean): Promise<NsgWritten> {
  const etag = isChecked ? change.etag : null;
  return change.kind === "put"
    ? groups.put(id, { ...change.rule, etag })
    : groups.remove(id, change.name, etag);
}

/** The others go on without it. */
function refuse(state: State, wanted: NsgWrite, code: string, isLasting: boolean): true {
  state.failures.push({ ...wanted, code, isLasting });
  state.refused.add(wanted.change.name.toLowerCase());
  return true;
}

async function waitFor(work: NsgWork, state: State, seconds = BUSY_SECONDS): Promise<boolean> {
  const ms = seconds * 1_000;
  if (work.remainingMs() - ms < WRITE_RESERVE_MS) {
    state.isMore = true;
    return false;
  }
  await work.pause(ms);
  return true;
}

const settlingMs = ({ remainingMs }: NsgWork): number => Math.min(SETTLING_MAX_MS, remainingMs() / 3);

/** Waits for changes to end, others' too: what they will leave there is not known before. */
async function readSettled(work: NsgWork, state: State): Promise<ObservedNsg | null> {
  let observed = await work.groups.read(work.id);
  while (observed !== null && observed.changing.size > 0 && state.settlingMs > 0) {
    if (work.remainingMs() < WRITE_RESERVE_MS) break;
    state.settlingMs -= POLL_MS;
    await work.pause(POLL_MS);
    observed = await work.groups.read(work.id);
  }
  if (observed === null || observed.changing.size === 0) state.settlingMs = settlingMs(work);
  return observed;
}

/** `observed`: null when nobody could look since. Then what was accepted counts as done, and what had no answer not. */
function settlePending(state: State, observed: ObservedNsg | null): void {
  const { pending } = state;
  if (pending === null) return;
  state.pending = null;
  const { failure, ...wanted } = pending;
  if (observed !== null) {
    if (tookEffect(wanted.change, observed)) state.done.push(wanted);
  } else if (failure === null) {
    state.done.push(wanted);
    state.unseen = wanted;
  } else state.failures.push({ ...wanted, code: failure.code, isLasting: false });
}

const isNamed = (change: NsgChange, name: string): boolean =>
  change.name.toLowerCase() === name.toLowerCase();
