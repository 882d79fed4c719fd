/**
 * Carries out a security group's plan, one call after another in the plan's order. What fails stops only what waits for
 * it. Two things must stay true: no rule is closed whose flows nobody has taken over, and no rule is closed by an id
 * that may stand for another rule by now.
 *
 * An id stays the same when its rule is rewritten, by another run or by a person. So what EC2 says against the
 * observation ("already there") ends all closing: only openings, which close nothing, still follow.
 */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import { type Closed, closeRules } from "./close-rules.ts";
import { ruleKey } from "./rule-key.ts";
import type { AwsGroup, Rule } from "./schema.ts";
import type { SecurityGroupChange } from "./security-group.ts";
import { CLOSES_MAX, type SecurityGroups } from "./security-groups.ts";

export interface GroupWriter {
  readonly groups: Pick<SecurityGroups, "open" | "rewrite" | "close">;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

export interface Failed {
  readonly change: SecurityGroupChange;
  readonly error: CloudError;
}

export interface Applied {
  /** In the order in which they were carried out. */
  readonly done: readonly SecurityGroupChange[];
  /** By `placeOf`: what was observed otherwise than it is; there was nothing to do. */
  readonly needless: ReadonlySet<string>;
  readonly failed: readonly Failed[];
  /** They wait for what has failed. */
  readonly left: readonly SecurityGroupChange[];
  /** They wait for another look, or for time. */
  readonly postponed: readonly SecurityGroupChange[];
  /** The observation is not how it is any more: it is worth looking again. */
  readonly isOutdated: boolean;
}

/** The slowest call (shared/runtime/aws.ts), and what is told afterwards. */
export const WRITE_RESERVE_MS = 35_000;

/** Names what a drift or a change is about: an observed rule by its id, one that is to be opened by its key. */
export const placeOf = ({ id, rule }: { readonly id?: string; readonly rule: Rule }): string =>
  id ?? ruleKey(rule);

/**
 * Never throws for a cloud's failure. `nextAt`: from when on something else is wanted than was planned; nothing is
 * written then.
 */
export async function applySecurityGroup(
  writer: GroupWriter,
  { group }: Pick<AwsGroup, "group">,
  { changes, nextAt }: { readonly changes: readonly SecurityGroupChange[]; readonly nextAt: Instant | null },
): Promise<Applied> {
  const state = new Application();
  const mayWrite = (): boolean =>
    (nextAt === null || writer.clock() < nextAt) && writer.remainingMs() >= WRITE_RESERVE_MS;
  for (const call of callsOf(changes)) {
    const [first] = call;
    const isClosing = first?.kind !== "open";
    if (!mayWrite() || (isClosing && state.isOutdated)) state.postponed.push(...call);
    else if (first?.kind === "open") await open(writer, group, first, state);
    else if (first?.kind === "rewrite") await rewrite(writer, group, first, state);
    else await close(writer, group, call.filter(isClose), state, mayWrite);
  }
  return state;
}

class Application implements Applied {
  readonly done: SecurityGroupChange[] = [];
  readonly needless = new Set<string>();
  readonly failed: Failed[] = [];
  readonly left: SecurityGroupChange[] = [];
  readonly postponed: SecurityGroupChange[] = [];
  isOutdated = false;
  /** The keys of what is open by this. */
  readonly opened = new Set<string>();

  waits(change: SecurityGroupChange): boolean {
    return change.kind !== "open" && !change.waitsFor.every((key) => this.opened.has(key));
  }
}

type Of<Kind extends SecurityGroupChange["kind"]> = Extract<SecurityGroupChange, { kind: Kind }>;
const isClose = (change: SecurityGroupChange): change is Of<"close"> => change.kind === "close";

/** Closes next to each other, of one direction, share a call. */
function callsOf(changes: readonly SecurityGroupChange[]): (readonly SecurityGroupChange[])[] {
  const calls: SecurityGroupChange[][] = [];
  for (const change of changes) {
    const call = calls.at(-1);
    const [last] = call ?? [];
    const isShared =
      isClose(change) &&
      last?.kind === "close" &&
      last.rule.direction === change.rule.direction &&
      (call?.length ?? 0) < CLOSES_MAX;
    if (isShared) call?.push(change);
    else calls.push([change]);
  }
  return calls;
}

async function open(
  { groups }: GroupWriter,
  group: string,
  change: Of<"open"> | Of<"rewrite">,
  state: Application,
): Promise<void> {
  const { rule } = change;
  const answer = await orCloudError(() => groups.open(group, rule));
  if (answer instanceof CloudError) {
    state.failed.push({ change, error: answer });
    return;
  }
  state.opened.add(ruleKey(rule));
  if (answer === "done") {
    state.done.push(change.kind === "open" ? change : openingOf(change));
  } else {
    state.needless.add(ruleKey(rule));
    state.isOutdated = true;
  }
}

/** What is left of a rewrite when the rule that it was to be made of is gone. */
const openingOf = ({ rule, reason, exception }: Of<"rewrite">): Of<"open"> => ({
  kind: "open",
  rule,
  reason,
  ...(exception === undefined ? {} : { exception }),
});

async function rewrite(
  writer: GroupWriter,
  group: string,
  change: Of<"rewrite">,
  state: Application,
): Promise<void> {
  if (state.waits(change)) {
    state.left.push(change);
    return;
  }
  const { id, rule } = change;
  const answer = await orCloudError(() => writer.groups.rewrite(group, id, rule));
  if (answer instanceof CloudError) {
    state.failed.push({ change, error: answer });
  } else if (answer === "done") {
    state.opened.add(ruleKey(rule));
    state.done.push(change);
  } else if (answer === "already") {
    // What it was to be made of still stands, under its id or as another rule.
    state.needless.add(ruleKey(rule));
    state.isOutdated = true;
  } else {
    state.needless.add(id);
    state.isOutdated = true;
    await open(writer, group, change, state);
  }
}

async function close(
  { groups }: GroupWriter,
  group: string,
  changes: readonly Of<"close">[],
  state: Application,
  mayWrite: () => boolean,
): Promise<void> {
  const [waiting, free] = [true, false].map((waits) => changes.filter((one) => state.waits(one) === waits));
  state.left.push(...(waiting ?? []));
  const [first] = free ?? [];
  if (free === undefined || first === undefined) return;
  const { direction } = first.rule;
  const ids = free.map(({ id }) => id);
  const closed = await closeRules(groups, { group, direction, ids }, mayWrite);
  for (const change of free) note(state, change, closed.get(change.id) ?? "untried");
}

function note(state: Application, change: Of<"close">, closed: Closed): void {
  if (closed === "done") state.done.push(change);
  else if (closed === "gone") state.needless.add(change.id);
  else if (closed === "untried") state.postponed.push(change);
  else state.failed.push({ change, error: closed });
}
