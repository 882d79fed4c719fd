/** Where a new rule of an NSG may go: priorities are unique within a direction, and the lowest wins. */
import { NSG_PRIORITY_MAX, NSG_PRIORITY_MIN } from "./nsg-rule.ts";

type Taken = ReadonlySet<number>;

/** Leaves room above, for a rule that must come before a Deny. */
const PRIORITY_FIRST = 1_000;

/** A free priority below the limit, as near to it as it must be; null when there is none. */
export function freePriority(taken: Taken, limit: number): number | null {
  const end = Math.min(limit, NSG_PRIORITY_MAX + 1);
  for (let at = PRIORITY_FIRST; at < end; at += 1) if (!taken.has(at)) return at;
  return lastFree(taken, Math.min(end, PRIORITY_FIRST));
}

/** The last free priority below the limit, from another one on. */
export function lastFree(taken: Taken, limit = NSG_PRIORITY_MAX + 1, from = NSG_PRIORITY_MIN): number | null {
  for (let at = limit - 1; at >= Math.max(from, NSG_PRIORITY_MIN); at -= 1) if (!taken.has(at)) return at;
  return null;
}

/** How many are free below the limit. */
export const freeBelow = (taken: Taken, limit: number): number =>
  limit - NSG_PRIORITY_MIN - [...taken].filter((at) => at < limit).length;
