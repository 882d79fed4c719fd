/**
 * Of promise 5: each line of a refused caller counts once, however late, often and cut it is handed over, as long as
 * docs/operating.md says ("How exact it is"); and of what was taken nothing is left out.
 */
import { reachOf } from "../../../shared/auth-failures/windows.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { CALLERS_TEXT } from "../callers.ts";
import { isGiven, isOwn, isStrangers, LIMITS, linesSince, SKEW_SECONDS } from "../callers-truth.ts";
import type { SaidLine } from "../clouds/relay-log.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

const { slotSeconds } = reachOf(LIMITS);
/** Within it a line counts for certain where it belongs. */
const CERTAIN_SECONDS = LIMITS.windowSeconds + LIMITS.lateSeconds - 2 * slotSeconds;

export const callersCounted: ProductPromise = {
  name: "5: each line of a refused caller counts once",
  watch(world) {
    let version = 0;
    return {
      after: ({ name }) => {
        const { stands } = world.callers.memory;
        if (name !== "auth-memory.write" || stands.version === version) return null;
        version = stands.version;
        if (JSON.stringify(stands).includes(CALLERS_TEXT)) return "what a caller wrote is remembered";
        return miscounted(world) ?? overcounted(world);
      },
    };
  },
};

/** What counts from a slot on: a clock that is behind has a line count a slot earlier, and never later. */
function miscounted({ callers: { memory, log } }: World): string | null {
  const { slots } = memory.stands;
  const earliest = slots[0]?.slot ?? 0;
  const lines = linesSince(log, earliest * slotSeconds, (line) => isStrangers(line) && isGiven(line));
  for (const { slot } of slots) {
    const counted = slots.filter((one) => one.slot >= slot).reduce((sum, { refused }) => sum + refused, 0);
    const from = slot * slotSeconds;
    const most = lines.filter(({ at }) => at >= from).length;
    if (counted > most) return `${counted} strangers' lines count, and there were ${most}`;
    const least = lines.filter((line) => line.at >= from + SKEW_SECONDS && isCertain(line)).length;
    if (counted < least) return `${counted} strangers' lines count, and ${least} were taken`;
  }
  return null;
}

const isCertain = ({ at, takenAt }: SaidLine): boolean => takenAt !== null && takenAt - at < CERTAIN_SECONDS;

/** The failures of bunny's own, and of whoever is in its network. */
function overcounted({ callers: { memory, log } }: World): string | null {
  const { own, callers } = memory.stands;
  for (const { firstAt, count } of [...own, ...callers]) {
    // Of what began long ago not every line is kept.
    if (firstAt === null || firstAt < (log.lines[0]?.at ?? 0)) continue;
    const most = countGiven(log.lines, firstAt - SKEW_SECONDS);
    if (count > most) return `${count} failures of bunny's own count, and there were ${most}`;
  }
  return null;
}

function countGiven(lines: readonly SaidLine[], since: Instant): number {
  let count = 0;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index];
    if (line === undefined || line.at < since) break;
    if (isGiven(line) && (isOwn(line) || line.who === "near")) count += timesOf(line);
  }
  return count;
}

/** That it was counted is remembered for so long alone. */
const timesOf = ({ at, givenAt, lastGivenAt }: SaidLine): number =>
  lastGivenAt !== givenAt && (lastGivenAt ?? 0) - at > CERTAIN_SECONDS ? 3 : 1;
