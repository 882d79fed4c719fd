/**
 * Shuts many unwanted rules of a direction that is all ours with one: a temporary deny of everything, after the last
 * Allow that is wanted and before them. A write takes seconds, and there may be a thousand rules. Nothing wanted
 * relies on what comes after the deny: each wish passes before it, by an Allow that was moved ahead where need be.
 */
import type { Draft } from "./nsg-draft.ts";
import type { Entry } from "./nsg-entry.ts";
import type { Lane } from "./nsg-lane.ts";
import { freeBelow, freePriority, lastFree } from "./nsg-priorities.ts";
import type { Wish } from "./nsg-wishes.ts";

/** It has to be taken away again, so it must bring what is open to an end so many writes sooner. */
const SAVED_MIN = 3;
/** What cannot be taken away stays open without it. */
const STUCK_COST = 10_000;

/** Where the deny could be. */
interface Cut {
  readonly at: number;
  /** What stands there, and has to go: nothing before it is free. */
  readonly instead: Entry | undefined;
  /** Not shut by it. */
  readonly before: readonly Entry[];
  /** Do not pass before it yet. */
  readonly late: readonly Wish[];
  /** How many writes it takes until nothing unwanted is open. */
  readonly cost: number;
}

interface Reach {
  readonly wish: Wish;
  /** The priority by which the wish has passed. */
  readonly at: number;
}

/** Nothing is done where it would bring nothing. */
export function shut(draft: Draft, lane: Lane, wishes: readonly Wish[]): void {
  const unwanted = lane.entries.filter((one) => one.isUnwanted && (draft.isFree(one) || draft.isStuck(one)));
  const [first] = unwanted;
  if (first === undefined || draft.isLongEnough || !draft.mayShut(lane) || isUnclear(lane, wishes)) return;
  const reaches = wishes.map((wish) => ({ wish, at: lane.reachOf(wish, first.rule.priority) }));
  const end = endOf(lane, reaches);
  const open = unwanted.filter(({ rule }) => rule.priority < end);
  const costMax = costOf(draft, open) - SAVED_MIN;
  const best = (costMax < 1 ? [] : cutsOf(draft, lane, open, reaches))
    .filter(({ cost }) => cost <= costMax)
    // Of those that are alike, the first: they come in the order of their places.
    .sort((one, other) => one.cost - other.cost || one.late.length - other.late.length)
    .find((cut) => isPossible(draft, lane, cut));
  if (best === undefined || !best.late.every((wish) => bring(draft, lane, wish, best))) return;
  if (draft.isLongEnough || !wishes.every((wish) => lane.reachOf(wish, best.at) < best.at)) return;
  // It may have made room for another rule.
  const instead =
    best.instead !== undefined && lane.entries.includes(best.instead) ? best.instead : undefined;
  draft.shut(lane, best.at, instead);
}

/**
 * Of what waits for a person, something is not opened again, and a part of it may pass all the same: the deny could
 * close that.
 */
const isUnclear = ({ wishes: { all } }: Lane, wishes: readonly Wish[]): boolean => wishes.length < all.length;

/** The first deny of everything that comes after all that is wanted: what is behind it is shut, and can stay so. */
function endOf(lane: Lane, reaches: readonly Reach[]): number {
  const deepest = Math.max(0, ...reaches.map(({ at }) => at));
  const end = lane.finalDenies.find(({ isOurs, rule }) => isOurs && rule.priority > deepest);
  return end?.rule.priority ?? Number.POSITIVE_INFINITY;
}

/** Of taking them away one by one. */
function costOf(draft: Draft, entries: readonly Entry[]): number {
  const stuck = entries.filter(draft.isStuck).length;
  return entries.length - stuck + stuck * STUCK_COST;
}

function cutsOf(draft: Draft, lane: Lane, open: readonly Entry[], reaches: readonly Reach[]): Cut[] {
  return open.flatMap((entry, index): Cut[] => {
    const before = open.slice(0, index);
    const beforeCost = costOf(draft, before);
    const cut = (at: number, instead?: Entry): Cut => {
      const late = reaches.filter((reach) => reach.at >= at).map(({ wish }) => wish);
      // One write puts a wish into the place of what has to go.
      const saved = Math.min(late.length, before.length);
      return { at, instead, before, late, cost: beforeCost - saved + late.length + 1 };
    };
    const { priority } = entry.rule;
    const from = (before.at(-1)?.rule.priority ?? 0) + 1;
    const free = draft.isFull ? null : lastFree(lane.priorities, priority, from);
    return [...(free === null ? [] : [cut(free)]), ...(draft.isFree(entry) ? [cut(priority, entry)] : [])];
  });
}

function isPossible(draft: Draft, lane: Lane, { at, before, late }: Cut): boolean {
  const room = freeBelow(lane.priorities, at) + before.length;
  return (
    late.length <= room &&
    late.every((wish) => {
      const written = lane.written(wish);
      return written === undefined ? draft.mayOpen(wish) : draft.isFree(written);
    })
  );
}

/** Has a wish pass before the deny; false when that cannot be done now. */
function bring(draft: Draft, lane: Lane, wish: Wish, { at, before }: Cut): boolean {
  const giving = before.find((entry) => canBecome(draft, lane, entry, wish));
  if (giving !== undefined) {
    draft.replace(lane, giving, wish.rule);
    return true;
  }
  const written = lane.written(wish);
  const limit = Math.min(at, lane.limitOf(wish));
  const own = written !== undefined && written.rule.priority < limit ? written.rule.priority : null;
  const priority = own ?? freePriority(lane.priorities, limit) ?? freePriority(lane.priorities, at);
  if (priority === null) return false;
  if (written === undefined) return draft.open(lane, wish, priority) === "placed";
  draft.move(lane, written, priority);
  return true;
}

/** Nothing else that is wanted relies on it. */
function canBecome(draft: Draft, lane: Lane, entry: Entry, wish: Wish): boolean {
  if (!draft.isFree(entry) || !lane.entries.includes(entry)) return false;
  return lane.lostWithout(entry).every((lost) => lost === wish);
}
