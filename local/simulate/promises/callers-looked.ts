/**
 * Of promise 5: at the end of each look that has gone well everything is told that holds of what was taken before it, and
 * nothing any more that has been quiet for as long as the link says.
 */
import type { Incident } from "../../../shared/alerts/incident.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import {
  byCaller,
  callerOf,
  countSources,
  isGiven,
  isOwn,
  isStrangers,
  isTakenBefore,
  LIMITS,
  linesSince,
  mostWithin,
  SKEW_SECONDS,
} from "../callers-truth.ts";
import type { SaidLine } from "../clouds/relay-log.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

const MINUTE = 60;
/** A window slides by slots: what lies within so much less lies in one for certain. */
const WITHIN_SECONDS = LIMITS.windowSeconds - 30;
/** Its end is judged for so long. */
const JUDGED_SECONDS = LIMITS.lateSeconds - 30;
/** Of so many addresses no estimate finds too few. */
const SOURCES_MAX = LIMITS.scanSources + 5;
/** By so much longer than it is quiet a scan may stand, and lines of which the latest window tells. */
const WINDOWS_SECONDS = LIMITS.windowSeconds + LIMITS.lateSeconds;

export const callersLooked: ProductPromise = {
  name: "5: what refused callers do is told, and that it is over",
  watch(world) {
    let seen: Instant | null = null;
    return {
      now: () => {
        const { lookedAt } = world.callers;
        if (lookedAt === null || lookedAt === seen) return null;
        seen = lookedAt;
        return untold(world, lookedAt) ?? overdue(world, lookedAt);
      },
    };
  },
};

const openOf = ({ incidents }: World): Incident[] =>
  [...incidents.standing.values()].filter(
    ({ state, concern }) => state === "open" && concern === "auth-failures",
  );

function untold(world: World, startedAt: Instant): string | null {
  const { log } = world.callers;
  const isTaken = isTakenBefore(startedAt);
  const open = openOf(world).map(({ key }) => key);
  const ours = linesSince(
    log,
    startedAt - LIMITS.quietSeconds + SKEW_SECONDS,
    (line) => isOwn(line) && isTaken(line),
  );
  if (ours.length > 0 && !open.some((key) => isOwnsKey(world, key, ours)))
    return `bunny was refused ${ours.length} times, and nobody is told`;
  const strangers = linesSince(
    log,
    startedAt - JUDGED_SECONDS - WITHIN_SECONDS,
    (line) => isStrangers(line) && isTaken(line),
  );
  // The last of them so lately that its window is judged still.
  const lately = (lines: readonly SaidLine[]) => (lines[0]?.at ?? 0) > startedAt - JUDGED_SECONDS;
  const flood = [...byCaller(strangers)].find(
    ([, lines]) => lately(lines) && countLast(lines, ({ length }) => length) >= LIMITS.floodCount,
  );
  if (flood !== undefined && !open.some((key) => key === `auth-failure:${flood[0]}` || key === "auth-scan"))
    return `the flood of ${flood[0]} is not told`;
  const isScan = lately(strangers) && countLast(strangers, countSources) >= SOURCES_MAX;
  return isScan && !open.includes("auth-scan") ? "a scan is not told" : null;
}

/** Of the last window: earlier ones may not be judged any more. */
const countLast = (lines: readonly SaidLine[], countOf: (lines: readonly SaidLine[]) => number): number =>
  mostWithin(lines, WITHIN_SECONDS, countOf) === 0
    ? 0
    : countOf(lines.filter(({ at }) => (lines[0]?.at ?? 0) - at <= WITHIN_SECONDS));

/** Whose serial nobody has recorded yet is somebody in bunny's network. */
function isOwnsKey({ audit }: World, key: string, lines: readonly SaidLine[]): boolean {
  if (key.startsWith("auth-own:")) return true;
  const merges = audit.changes.filter(({ kind }) => kind === "merge");
  const isRecorded = ({ serial, at }: SaidLine) =>
    merges.some((one) => one.after?.["serial"] === serial && Date.parse(one.at) / 1_000 < at - 2 * MINUTE);
  return key === "auth-callers" && !lines.some(isRecorded);
}

function overdue(world: World, startedAt: Instant): string | null {
  for (const { key } of openOf(world)) {
    const isOver = key.startsWith("auth-own:") ? isOwnOver(world, startedAt) : isQuiet(world, key, startedAt);
    if (isOver) return `${key} has been quiet for longer than ${LIMITS.quietSeconds} seconds, and is open`;
  }
  return null;
}

function isQuiet({ callers: { log } }: World, key: string, startedAt: Instant): boolean {
  const [kind, ...caller] = key.split(":");
  const isFlood = kind === "auth-failure";
  const since = startedAt - LIMITS.quietSeconds - MINUTE - (isFlood ? 0 : WINDOWS_SECONDS);
  const isIts = (line: SaidLine) =>
    isFlood ? isStrangers(line) && callerOf(line) === caller.join(":") : line.reason !== null;
  // One that is heard of late is told of from then on.
  const isSince = (line: SaidLine) =>
    isGiven(line) && isIts(line) && Math.max(line.at, line.takenAt ?? line.givenAt ?? 0) > since;
  return linesSince(log, startedAt - 86_400, isSince).length === 0;
}

/** It was let in after its last failure, and has not been refused since for the quiet time. */
function isOwnOver({ callers: { log } }: World, startedAt: Instant): boolean {
  const own = linesSince(log, startedAt - 86_400, (line) => line.who === "own" && isGiven(line));
  const last = own.find(isOwn);
  if (last === undefined) return true;
  const isLetIn = own.some(
    (line) =>
      line.reason === null && line.at >= last.at + MINUTE + SKEW_SECONDS && isTakenBefore(startedAt)(line),
  );
  return isLetIn && last.at < startedAt - LIMITS.quietSeconds - MINUTE;
}
