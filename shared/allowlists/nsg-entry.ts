/** A rule of an NSG as a plan sees it: what it may let pass, and whether that is wanted. */
import { compareText } from "../runtime/compare-text.ts";
import { type Box, contains, EVERYTHING, mayMeet } from "./nsg-box.ts";
import type { NsgRule, Reading } from "./nsg-rule.ts";

export interface Entry {
  readonly rule: NsgRule;
  readonly reading: Reading;
  /** False of what belongs to others: it is never touched, and nothing of ours relies on it. */
  readonly isOurs: boolean;
  /** An Allow of ours that opens nothing but what is wanted. */
  readonly isGood: boolean;
  /** An Allow, of whomever, that may open something else. */
  readonly isUnwanted: boolean;
}

export function inserted(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const at = entries.findIndex((other) => byPriority(entry, other) < 0);
  return entries.toSpliced(at === -1 ? entries.length : at, 0, entry);
}

export function without(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const at = entries.indexOf(entry);
  return at === -1 ? entries : entries.toSpliced(at, 1);
}

export const byPriority = (one: Entry, other: Entry): number =>
  one.rule.priority - other.rule.priority || compareText(one.rule.name, other.rule.name);

export const isAllow = ({ access }: NsgRule): boolean => access === "allow";
/** Ours, and may let pass what is not wanted. */
export const isBad = ({ isOurs, isUnwanted }: Entry): boolean => isOurs && isUnwanted;
export const meets = ({ reading }: Entry, box: Box): boolean =>
  reading.maybe.some((other) => mayMeet(other, box));

export const isFinalDeny = ({ rule, reading }: Entry): boolean =>
  !isAllow(rule) && reading.surely.some((box) => contains(box, EVERYTHING));
