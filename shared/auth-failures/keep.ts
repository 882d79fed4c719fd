/**
 * One change of what is remembered of refused callers: read, judge, ask others to look, write; again from the start
 * when another run has written meanwhile. So deliveries may run at once, and none is lost or counts twice.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { Facts } from "./cause.ts";
import { type AuthView, authReport } from "./conditions.ts";
import type { DesiredAuth } from "./desired.ts";
import { dueWakes, type Wake } from "./due-wakes.ts";
import type { Known } from "./known.ts";
import type { AuthMemory } from "./memory.ts";
import { isNews } from "./memory-news.ts";
import { withWoken } from "./memory-parties.ts";
import type { AuthMemoryStore } from "./memory-store.ts";
import { slide, type TakenLine, takeDelivery } from "./memory-take.ts";
import type { Observed } from "./observe.ts";
import type { AuthEvent } from "./schema.ts";
import { judge } from "./verdict.ts";
import type { Waker } from "./wakes.ts";

export interface Keeper {
  readonly desired: DesiredAuth;
  readonly memory: AuthMemoryStore;
  readonly waker: Waker;
  readonly observed: Observed;
  readonly log: Log;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface Kept {
  readonly view: AuthView;
  /** Something else is to be told than what was before. */
  readonly isToTell: boolean;
  /** Why others could not be asked to look; null when they were, or nobody had to be. */
  readonly unwoken: string | null;
  /** What was remembered could not be read, and counting has begun anew. */
  readonly isLost: boolean;
}

/** Each time another run has got further: of so many at once, all do. */
const TRIES_MAX = 30;
/** Runs that have met once do not come back at the same time (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/). */
const PAUSE_MS = { first: 20, max: 500 } as const;

/** Without lines: only time has passed. Throws `CloudError` when the table did not take or give what was asked. */
export async function keepLines(keeper: Keeper, lines: readonly TakenLine[]): Promise<Kept> {
  const woken = new Map<string, Instant>();
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (tries > 0) await keeper.pause(pauseMs(tries, keeper.random()));
    // Before it is read: what others write after that is newer than whatever is said of this, and is not closed by it.
    const now = keeper.clock();
    const { memory: before, isLost } = await keeper.memory.read();
    const judged = await judgeLines(keeper, before, lines, now);
    const view = await viewOf(keeper, judged, now);
    const { view: after, unwoken } = await wakeOthers(keeper, view, woken);
    const { memory } = after;
    const kept = { view: after, isToTell: isOtherwise(after, before), unwoken, isLost };
    if (!isLost && !isNews(before, memory, keeper.desired.limits, now)) return kept;
    if ((await keeper.memory.write(memory)) === null) continue;
    // By the one run that has put it right.
    if (isLost) keeper.log.error("auth-failures.memory-lost");
    return kept;
  }
  throw new CloudError({
    provider: "aws",
    operation: "PutItem",
    target: "memory#auth-failures",
    code: "memory-contended",
    retryable: true,
  });
}

const pauseMs = (tries: number, random: number): number =>
  Math.round(random * Math.min(PAUSE_MS.max, PAUSE_MS.first * 2 ** tries));

async function judgeLines(
  { desired: { limits, callers }, observed }: Keeper,
  before: AuthMemory,
  lines: readonly TakenLine[],
  now: Instant,
): Promise<AuthMemory> {
  const ours = lines.flatMap(({ event }) => (event !== null && mayBeOurs(event) ? [event] : []));
  const known = ours.length > 0 ? await observed.known(ours) : { ...NOBODY, callers };
  const taken =
    lines.length === 0 ? slide(before, limits, now) : takeDelivery(before, { lines, known, limits, now });
  return judge(taken, limits, now);
}

const NOBODY = { certificates: [], apiKeys: [], tunnels: [] };

/** Nobody else's line bears any of these. */
const mayBeOurs = ({ identity, serial, apiKeyId, tunnel }: AuthEvent): boolean =>
  [identity, serial, apiKeyId, tunnel].some((one) => one !== null);

/** As it is now; strangers have no cause that would have to be looked up. */
export async function viewOf(
  { desired: { limits, callers, wakes }, observed }: Pick<Keeper, "desired" | "observed">,
  memory: AuthMemory,
  now: Instant,
): Promise<AuthView> {
  const hasFailures = [...memory.own, ...memory.tunnels, ...memory.callers].some(
    ({ failures }) => failures.length > 0,
  );
  const known: Known = { ...NOBODY, callers };
  const facts: Facts = hasFailures ? await observed.facts() : { known, changes: [], frozen: false, wakes };
  return { memory, limits, facts, now };
}

const isOtherwise = (view: AuthView, before: AuthMemory): boolean =>
  JSON.stringify(authReport({ ...view, memory: before }).conditions) !==
  JSON.stringify(authReport(view).conditions);

/** `woken`: whom this run has asked already, before it had to begin anew. */
async function wakeOthers(
  { waker, log }: Keeper,
  view: AuthView,
  woken: Map<string, Instant>,
): Promise<{ readonly view: AuthView; readonly unwoken: string | null }> {
  const wakes = dueWakes(view);
  const targets = [...new Set(wakes.map(({ target }) => target))].filter((target) => !woken.has(target));
  const code = targets.length === 0 ? null : await waker.wake(targets, view.now);
  if (code !== null) {
    log.warn("auth-failures.not-woken", { code, targets });
    return { view: { ...view, facts: { ...view.facts, unwoken: targets } }, unwoken: code };
  }
  for (const target of targets) woken.set(target, view.now);
  if (targets.length > 0) log.info("auth-failures.woken", { targets });
  return { view: { ...view, memory: wakes.reduce(markWoken(view.now), view.memory) }, unwoken: null };
}

const markWoken =
  (at: Instant) =>
  (memory: AuthMemory, { of, name }: Wake): AuthMemory => ({
    ...memory,
    [of]: withWoken(memory[of], name, at),
  });
