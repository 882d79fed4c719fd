/**
 * Decides which floods, scans and lines that could not be counted are told of now, and which are over. Pure. Each window
 * is judged that ended so lately that a line of it may still have come: one that a backlog fills late is seen as well.
 * What is told stays told until it has been quiet for a while, so that an incident is opened once and closed once.
 */
import type { LinkAuthFailures } from "../link/auth-failures.ts";
import type { Instant } from "../runtime/instant.ts";
import {
  type AuthMemory,
  type AuthSlot,
  type Flood,
  type LineCount,
  MEMORY_MAX,
  type Scan,
} from "./memory.ts";
import { CELLS_MAX, callerKey, type Estimate, estimate, NO_SOURCE } from "./sources.ts";
import { countSources } from "./sources-distinct.ts";
import { reachOf, windowsAt } from "./windows.ts";

export type Limits = Pick<
  LinkAuthFailures,
  | "windowSeconds"
  | "lateSeconds"
  | "floodCount"
  | "scanSources"
  | "criticalCount"
  | "unreadCount"
  | "quietSeconds"
>;

/** `memory`: as the slots are at `now` (memory-take.ts). */
export function judge(memory: AuthMemory, limits: Limits, now: Instant): AuthMemory {
  const seen = windowsAt(memory.slots, now, reachOf(limits)).map(lookAt);
  const flooding = floodingIn(seen, limits);
  const scan = scanAfter(memory, seen, flooding, limits, now);
  const heldLines = (held: LineCount | null, of: "unread" | "late") =>
    linesAfter(held, seen, of, limits, now);
  return {
    ...memory,
    floods: floodsAfter(memory, scan, flooding, limits, now),
    scan,
    unread: heldLines(memory.unread, "unread"),
    late: heldLines(memory.late, "late"),
  };
}

/** What one window shows. */
interface Seen {
  readonly endAt: Instant;
  readonly estimates: readonly Estimate[];
  readonly sources: number;
  readonly refused: number;
  readonly unread: number;
  readonly late: number;
}

function lookAt({ endAt, slots }: { readonly endAt: Instant; readonly slots: readonly AuthSlot[] }): Seen {
  const sum = (of: "refused" | "unread" | "late") => slots.reduce((total, slot) => total + slot[of], 0);
  return {
    endAt,
    estimates: estimate(slots.map(({ cells }) => cells)),
    sources: distinctSources(slots),
    ...{ refused: sum("refused"), unread: sum("unread"), late: sum("late") },
  };
}

/**
 * How many different sources: exact while the cells hold them all, else by the sketch, which the cells may correct
 * upwards.
 */
export function distinctSources(slots: readonly AuthSlot[]): number {
  const named = new Set(slots.flatMap(({ cells }) => cells.map(({ source }) => source)));
  named.delete(NO_SOURCE);
  const isExact = slots.every(({ cells }) => cells.length < CELLS_MAX);
  return isExact ? named.size : Math.max(named.size, countSources(slots.map(({ sketch }) => sketch)));
}

/** In a scan only those are floods of their own that stand out: each of many sources may come often enough to be told. */
const STANDS_OUT = 1 / 4;

interface Flooding extends Estimate {
  readonly standsOut: boolean;
}

/** Those with as many failures as are told, for certain, in any window; each as it is in the fullest of them. */
function floodingIn(seen: readonly Seen[], { floodCount }: Limits): ReadonlyMap<string, Flooding> {
  const byKey = new Map<string, Flooding>();
  for (const { estimates, refused } of seen) {
    for (const one of estimates) {
      const before = byKey.get(callerKey(one));
      const standsOut = one.least >= refused * STANDS_OUT || before?.standsOut === true;
      if (one.least < floodCount) continue;
      byKey.set(callerKey(one), {
        ...(before === undefined || one.least > before.least ? one : before),
        standsOut,
      });
    }
  }
  return byKey;
}

const isQuiet = (lastAt: Instant, { quietSeconds }: Limits, now: Instant): boolean =>
  now - lastAt >= quietSeconds;

function scanAfter(
  { scan, floods }: AuthMemory,
  seen: readonly Seen[],
  flooding: ReadonlyMap<string, Flooding>,
  limits: Limits,
  now: Instant,
): Scan | null {
  const told = new Set(floods.map(callerKey));
  // So many at once are not told one by one either.
  const isFull = told.size + [...flooding.keys()].filter((key) => !told.has(key)).length > MEMORY_MAX.floods;
  const scanning = isFull ? seen : seen.filter(({ sources }) => sources >= limits.scanSources);
  const [first, ...others] = scanning;
  if (first === undefined) return scan === null || isQuiet(scan.lastAt, limits, now) ? null : scan;
  const most = others.reduce((one, other) => (other.sources >= one.sources ? other : one), first);
  const { sources, refused, estimates } = most;
  const top = estimates.slice(0, 3).map(({ source, class: failure }) => ({ source, class: failure }));
  return {
    since: scan?.since ?? now,
    lastAt: Math.max(scan?.lastAt ?? 0, ...scanning.map(({ endAt }) => endAt)),
    sources: Math.max(sources, scan?.sources ?? 0),
    total: scan?.total ?? refused,
    top: scan === null || sources > scan.sources ? top : scan.top,
  };
}

function floodsAfter(
  { floods }: AuthMemory,
  scan: Scan | null,
  flooding: ReadonlyMap<string, Flooding>,
  limits: Limits,
  now: Instant,
): Flood[] {
  const still = floods.filter(
    (flood) => flooding.has(callerKey(flood)) || !isQuiet(flood.lastAt, limits, now),
  );
  const told = new Set(still.map(callerKey));
  const opened = [...flooding.values()]
    .toSorted((one, other) => other.least - one.least)
    .filter((one) => !told.has(callerKey(one)))
    .filter(({ standsOut }) => scan === null || standsOut)
    .slice(0, MEMORY_MAX.floods - still.length)
    .map(({ source, class: failure, least }): Flood => {
      return { source, class: failure, since: now, lastAt: now, total: least };
    });
  return [...still, ...opened];
}

function linesAfter(
  held: LineCount | null,
  seen: readonly Seen[],
  of: "unread" | "late",
  limits: Limits,
  now: Instant,
): LineCount | null {
  const [first, ...others] = seen.filter((one) => one[of] >= limits.unreadCount);
  if (first === undefined) return held === null || isQuiet(held.lastAt, limits, now) ? null : held;
  const all = [first, ...others];
  const lastAt = Math.max(held?.lastAt ?? 0, ...all.map(({ endAt }) => endAt));
  return held === null
    ? { since: now, lastAt, total: Math.max(...all.map((one) => one[of])) }
    : { ...held, lastAt };
}
