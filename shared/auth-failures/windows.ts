/**
 * A sliding window as slots of time. What happened at an instant counts in its slot, whenever it is heard of: lines come
 * late, so the windows that have ended lately are kept and judged as well. Exact to the slot, and the same in whatever
 * order events come. Pure.
 */
import type { LinkAuthFailures } from "../link/auth-failures.ts";
import type { Instant } from "../runtime/instant.ts";

/** A window slides by a tenth of its length, where that is no less than what lateness is told apart by. */
export const SLOTS = 10;
/** So many slots more are kept for what comes late. */
export const LATE_SLOTS = 6;
/** With the one that another run's clock may have begun already. */
export const SLOTS_MAX = SLOTS + LATE_SLOTS + 1;

/** The place of a slot on the time line: slots since the epoch. */
export type SlotIndex = number;

export interface Reach {
  readonly slotSeconds: number;
  /** A window is so many. */
  readonly windowSlots: number;
  /** So many windows that ended before the present one are judged too. */
  readonly lateSlots: number;
}

export function reachOf({
  windowSeconds,
  lateSeconds,
}: Pick<LinkAuthFailures, "windowSeconds" | "lateSeconds">): Reach {
  const slotSeconds = Math.max(1, Math.ceil(windowSeconds / SLOTS), Math.ceil(lateSeconds / LATE_SLOTS));
  const inSlots = (seconds: number): number => Math.ceil(seconds / slotSeconds);
  return { slotSeconds, windowSlots: inSlots(windowSeconds), lateSlots: inSlots(lateSeconds) };
}

export const slotAt = (at: Instant, { slotSeconds }: Reach): SlotIndex => Math.floor(at / slotSeconds);

/** The earliest slot that is kept at `now`. */
const firstSlot = (now: Instant, reach: Reach): SlotIndex =>
  slotAt(now, reach) - reach.windowSlots - reach.lateSlots + 1;

/**
 * Where something counts that happened at `at`; null when it is heard of too late. A clock that is ahead of ours counts
 * as now: what lies in the future would be counted for longer than anything else.
 */
export function slotOf(at: Instant, now: Instant, reach: Reach): SlotIndex | null {
  const slot = slotAt(Math.min(at, now), reach);
  return slot < firstSlot(now, reach) ? null : slot;
}

interface Slotted {
  readonly slot: SlotIndex;
}

/**
 * What is kept at `now`. Another run's clock may be a little ahead; what is further ahead was counted by a clock that
 * was wrong.
 */
export const reached = <S extends Slotted>(slots: readonly S[], now: Instant, reach: Reach): S[] => {
  const [first, last] = [firstSlot(now, reach), slotAt(now, reach) + 1];
  return slots.filter(({ slot }) => slot >= first && slot <= last);
};

interface Window<S> {
  readonly endAt: Instant;
  readonly slots: readonly S[];
}

/** The present window last, and before it those of which something may still have come. Those with nothing are left out. */
export function windowsAt<S extends Slotted>(slots: readonly S[], now: Instant, reach: Reach): Window<S>[] {
  const last = slotAt(now, reach);
  return Array.from({ length: reach.lateSlots + 1 }, (_, index): Window<S> => {
    const end = last - reach.lateSlots + index;
    return {
      endAt: Math.min(now, (end + 1) * reach.slotSeconds - 1),
      slots: slots.filter(({ slot }) => slot > end - reach.windowSlots && (slot <= end || end === last)),
    };
  }).filter((window) => window.slots.length > 0);
}

/** Sorted by time, with `change` done to the one slot; it is made when there is none. */
export function changeSlot<S extends Slotted>(
  slots: readonly S[],
  slot: SlotIndex,
  make: (slot: SlotIndex) => S,
  change: (before: S) => S,
): S[] {
  const others = slots.filter((one) => one.slot !== slot);
  const changed = change(slots.find((one) => one.slot === slot) ?? make(slot));
  return [...others, changed].sort((one, other) => one.slot - other.slot);
}
