/**
 * The steps of a plan for an NSG, in their order: open what is wanted, end each direction in a deny, close what is
 * unwanted and open, take away the Denys that are still in the way, then what is unwanted and shut, tidy up. Dying between any two writes leaves access that
 * the next run takes away, never a lock-out.
 */
import type { Draft } from "./nsg-draft.ts";
import type { Entry } from "./nsg-entry.ts";
import type { Lane } from "./nsg-lane.ts";
import { freeBelow, freePriority, lastFree } from "./nsg-priorities.ts";
import type { Wish } from "./nsg-wishes.ts";
import { isMarked, isWall } from "./nsg-write.ts";
import type { Rule } from "./schema.ts";

/** What could not be done without touching what is not ours, or at all. */
export type NsgTrouble =
  /** The wanted flow is closed, or may be, by a Deny that is not ours, or that keeps closed what cannot be closed. */
  | { readonly kind: "blocked"; readonly rule: Rule; readonly by: string }
  /** Nothing in the full group can go or give way; null: for the final deny. */
  | { readonly kind: "group-full"; readonly rule: Rule | null }
  /** It opens what is not wanted, but a foreign rule would close these with it. */
  | { readonly kind: "cannot-close"; readonly name: string; readonly needs: readonly Rule[] };

/** False of a held wish that nothing lets pass: it is not opened again. */
export function isKept(lane: Lane, wish: Wish, isAllOurs: boolean): boolean {
  if (!wish.isHeld || lane.isOpen(wish)) return true;
  const byDefault = isAllOurs && lane.finalDenies.length === 0;
  return byDefault || lane.isCarried(wish.box);
}

/**
 * Chooses where the final deny is to be: where one is, unless too little room is left before it. Then that one is in
 * the way like any other Deny, and a new one comes last.
 */
export function chooseFloor(lane: Lane, wishes: readonly Wish[]): void {
  const needed = wishes.filter((wish) => !lane.isOpen(wish)).length;
  const last = lane.finalDenies.findLast(({ rule }) => !isWall(rule))?.rule.priority;
  const room = last === undefined ? 0 : freeBelow(lane.priorities, last);
  lane.floorAt = last !== undefined && room >= needed ? last : (lastFree(lane.priorities) ?? 0);
}

export function openWishes(draft: Draft, lane: Lane, wishes: readonly Wish[]): NsgTrouble[] {
  return wishes.flatMap((wish): NsgTrouble[] => {
    if (draft.isLongEnough || lane.isOpen(wish)) return [];
    const written = lane.written(wish);
    const ahead = placeOf(lane, wish, written);
    // It is there, after a Deny that is to go: nothing is gained by a second one that is no better off.
    if (ahead === null && lane.depthOf(wish) < lane.floorAt) return [];
    const priority = ahead ?? freePriority(lane.priorities, lane.floorAt);
    if (priority === null) return [{ kind: "group-full", rule: wish.rule }];
    // Only just written: the next run finds it wherever that is.
    if (written !== undefined && !draft.isFree(written)) return [];
    if (written !== undefined) draft.move(lane, written, priority);
    else if (draft.open(lane, wish, priority) === "full") return [{ kind: "group-full", rule: wish.rule }];
    return [];
  });
}

/** One that Azure says is not in effect is written again where it is, if that is early enough. */
function placeOf(lane: Lane, wish: Wish, written: Entry | undefined): number | null {
  const limit = lane.limitOf(wish);
  const own = written?.rule.priority;
  return own !== undefined && own < limit ? own : freePriority(lane.priorities, limit);
}

export function endInDeny(draft: Draft, lane: Lane, wishes: readonly Wish[]): NsgTrouble[] {
  if (draft.isLongEnough || lane.finalDenies.some(({ rule }) => rule.priority >= lane.floorAt)) return [];
  // What found no room may be open by a default rule, which the deny would end.
  const isSafe = wishes.every((wish) => lane.depthOf(wish) < lane.floorAt);
  return isSafe && draft.close(lane, lane.floorAt) !== "full" ? [] : [{ kind: "group-full", rule: null }];
}

/**
 * Denys from the last to the first, each after what it keeps closed: whatever is let through by its going then meets
 * only what is wanted, and the final deny.
 */
export function unblock(draft: Draft, lane: Lane, wishes: readonly Wish[], isAllOurs: boolean): NsgTrouble[] {
  if (draft.isLongEnough) return [];
  const blocking = new Set(wishes.flatMap((wish) => inTheWay(lane, wish)).filter(({ isOurs }) => isOurs));
  for (const entry of [...blocking].sort((one, other) => other.rule.priority - one.rule.priority)) {
    if (draft.isLongEnough) return [];
    const behind = lane.openedWithout(entry, isAllOurs) ?? [];
    for (const one of behind) if (one.isOurs) closeOne(draft, lane, one);
    if (draft.opensNothing(lane, entry)) draft.remove(lane, entry, "blocking");
  }
  return wishes.flatMap((wish) =>
    inTheWay(lane, wish).map(({ rule }) => ({ kind: "blocked" as const, rule: wish.rule, by: rule.name })),
  );
}

/** The Denys between a packet and the Allow that is there; none when there was no room for one. */
function inTheWay(lane: Lane, wish: Wish): Entry[] {
  if (lane.isOpen(wish)) return [];
  const depth = lane.depthOf(wish);
  return depth >= lane.floorAt ? [] : lane.denying(wish.box).filter(({ rule }) => rule.priority < depth);
}

/** What is shut already waits, that of the other direction too. */
export function closeOpen(draft: Draft, lane: Lane): void {
  const end = lane.finalDenies.find(({ isOurs }) => isOurs)?.rule.priority ?? Number.POSITIVE_INFINITY;
  for (const entry of lane.bad) {
    if (!draft.isLongEnough && entry.rule.priority < end) closeOne(draft, lane, entry);
  }
}

export function closeUnwanted(draft: Draft, lane: Lane): NsgTrouble[] {
  return lane.bad.flatMap((entry): NsgTrouble[] => {
    if (draft.isLongEnough) return [];
    const lost = closeOne(draft, lane, entry);
    if (lost.length === 0) return [];
    return [{ kind: "cannot-close", name: entry.rule.name, needs: lost.map(({ rule }) => rule) }];
  });
}

/** What would be lost: then it stays. One wish alone can take its place. */
function closeOne(draft: Draft, lane: Lane, entry: Entry): readonly Wish[] {
  const lost = lane.lostWithout(entry);
  const [only] = lost;
  if (only === undefined) draft.remove(lane, entry, "unwanted");
  else if (lost.length === 1) draft.replace(lane, entry, only.rule);
  return lost.length > 1 ? lost : [];
}

/** A temporary deny that has nothing left to close. */
export function takeWallsDown(draft: Draft, lane: Lane): void {
  const isNeeded = lane.entries.some(({ isUnwanted }) => isUnwanted);
  const isLast = lane.finalDenies.every(({ rule, isOurs }) => isWall(rule) || !isOurs);
  if (isNeeded || isLast) return;
  // One that did not take effect is no final deny, and to go all the same.
  for (const entry of lane.entries) {
    if (draft.isLongEnough) return;
    if (isWall(entry.rule) && draft.isFree(entry)) draft.remove(lane, entry, "redundant");
  }
}

/** Rules with our mark that no wish is the very box of, and that open nothing alone. */
export function tidy(draft: Draft, lane: Lane, link: string): void {
  for (const entry of lane.entries) {
    if (!entry.isGood || !isMarked(link, entry.rule.name)) continue;
    if (draft.isLongEnough || !draft.isFree(entry) || lane.isOnlyOneOf(entry)) continue;
    if (lane.lostWithout(entry).length === 0) draft.remove(lane, entry, "redundant");
  }
}
