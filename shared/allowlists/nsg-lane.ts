/**
 * One direction of an NSG while a plan is made: its rules in the order in which a packet meets them, and what may be
 * said of them. Where nobody can tell, the answer is the one that closes nothing wanted and opens nothing unwanted.
 */
import { type Box, boxKey, contains, leftOf } from "./nsg-box.ts";
import {
  byPriority,
  type Entry,
  inserted,
  isAllow,
  isBad,
  isFinalDeny,
  meets,
  without,
} from "./nsg-entry.ts";
import { NearBoxes } from "./nsg-near.ts";
import { type NsgRule, readingOf } from "./nsg-rule.ts";
import type { Wish, Wishes } from "./nsg-wishes.ts";
import { isWall } from "./nsg-write.ts";
import type { Direction } from "./schema.ts";

/** One alone can take the place of what has to go; how many more there are makes no difference. */
const LOST_MAX = 2;

export class Lane {
  readonly direction: Direction;
  readonly wishes: Wishes;
  readonly #owns: (rule: NsgRule) => boolean;
  #entries: readonly Entry[] = [];
  #denies: readonly Entry[] = [];
  #finalDenies: readonly Entry[] = [];
  #good: readonly Entry[] = [];
  #bad: readonly Entry[] = [];
  readonly #nearGood = new NearBoxes<Entry>(({ reading }) => reading.maybe, byPriority);
  /** The good Allows by the boxes that they surely let pass: the common case needs no arithmetic. */
  readonly #exact = new Map<string, readonly Entry[]>();
  readonly #taken = new Set<number>();
  /** Where the final deny is, or will be: nothing counts as open by an Allow that comes after it. */
  floorAt = Number.POSITIVE_INFINITY;

  constructor(
    direction: Direction,
    rules: readonly NsgRule[],
    wishes: Wishes,
    owns: (rule: NsgRule) => boolean,
  ) {
    this.direction = direction;
    this.wishes = wishes;
    this.#owns = owns;
    const own = rules.filter((rule) => rule.direction === direction).map((rule) => this.#read(rule));
    this.#entries = own.sort(byPriority);
    this.#setDenies(own.filter(({ rule }) => !isAllow(rule)));
    this.#good = own.filter(({ isGood }) => isGood);
    this.#bad = own.filter(isBad);
    for (const entry of own) this.#taken.add(entry.rule.priority);
    for (const entry of this.#good) this.#index(entry);
  }

  #read(rule: NsgRule): Entry {
    const reading = readingOf(rule);
    const isOurs = this.#owns(rule);
    const isWanted = isAllow(rule) && this.wishes.cover(reading.maybe);
    return { rule, reading, isOurs, isGood: isOurs && isWanted, isUnwanted: isAllow(rule) && !isWanted };
  }

  put(rule: NsgRule, instead?: Entry): void {
    if (instead !== undefined) this.remove(instead);
    this.#add(this.#read(rule));
  }

  #add(entry: Entry): void {
    this.#entries = inserted(this.#entries, entry);
    this.#taken.add(entry.rule.priority);
    if (!isAllow(entry.rule)) this.#setDenies(inserted(this.#denies, entry));
    if (isBad(entry)) this.#bad = inserted(this.#bad, entry);
    if (!entry.isGood) return;
    this.#good = inserted(this.#good, entry);
    this.#index(entry);
  }

  #setDenies(denies: readonly Entry[]): void {
    this.#denies = denies;
    this.#finalDenies = denies.filter(isFinalDeny);
  }

  #index(entry: Entry): void {
    this.#nearGood.add(entry);
    for (const box of entry.reading.surely) {
      const key = boxKey(box);
      this.#exact.set(key, [...this.#exactly(key), entry]);
    }
  }

  remove(entry: Entry): void {
    const others = (entries: readonly Entry[]): readonly Entry[] => without(entries, entry);
    this.#entries = others(this.#entries);
    this.#taken.delete(entry.rule.priority);
    if (!isAllow(entry.rule)) this.#setDenies(others(this.#denies));
    if (isBad(entry)) this.#bad = others(this.#bad);
    if (!entry.isGood) return;
    this.#good = others(this.#good);
    this.#nearGood.remove(entry);
    for (const key of entry.reading.surely.map(boxKey)) this.#exact.set(key, others(this.#exactly(key)));
  }

  #exactly(key: string): readonly Entry[] {
    return this.#exact.get(key) ?? [];
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Ours, and may let pass what is not wanted. */
  get bad(): readonly Entry[] {
    return this.#bad;
  }

  /** True when something that has to go may let some of the box pass. */
  isCarried(box: Box): boolean {
    return this.bad.some((entry) => meets(entry, box));
  }

  get finalDenies(): readonly Entry[] {
    return this.#finalDenies;
  }

  /** The Denys that may close some of the box, of those after a priority. */
  denying(box: Box, after = 0): Entry[] {
    return this.#denies.filter((entry) => entry.rule.priority > after && meets(entry, box));
  }

  #blockedAt(box: Box, after = 0): number {
    const first = this.#denies.find((entry) => entry.rule.priority > after && meets(entry, box));
    return Math.min(first?.rule.priority ?? Number.POSITIVE_INFINITY, this.floorAt);
  }

  /** An Allow for the whole box opens it when its priority is below this. */
  limitOf({ box }: Wish): number {
    return this.#blockedAt(box);
  }

  /** The priority by which the good Allows have let all of the box pass, Denys apart; infinite when they never do. */
  depthOf({ box, key }: Wish, except?: Entry): number {
    let rest: Box[] | null = [box];
    for (const entry of this.#nearGood.meeting([box])) {
      if (entry === except) continue;
      rest = leftOf(rest, entry.reading.surely);
      if (rest === null) break;
      if (rest.length === 0) return entry.rule.priority;
    }
    // Where it falls into too many pieces, what is left is only known of an Allow for all of it.
    const exact = this.#exactly(key).filter((entry) => entry !== except);
    return Math.min(Number.POSITIVE_INFINITY, ...exact.map(({ rule }) => rule.priority));
  }

  /** As that, and no more exact than it must be when it is below a limit. */
  reachOf(wish: Wish, limit: number): number {
    const exact = this.#exactly(wish.key).find(({ rule }) => rule.priority < limit);
    return exact?.rule.priority ?? this.depthOf(wish);
  }

  /** From where on a temporary deny has shut all. */
  get shutAt(): number {
    return this.#finalDenies.find(({ rule }) => isWall(rule))?.rule.priority ?? Number.POSITIVE_INFINITY;
  }

  /** True when the good Allows surely let the wish pass before the limit. */
  #isHeldUp(wish: Wish, limit: number, except?: Entry): boolean {
    const exact = this.#exactly(wish.key);
    if (exact.some((entry) => entry !== except && entry.rule.priority < limit)) return true;
    return this.depthOf(wish, except) < limit;
  }

  isOpen(wish: Wish): boolean {
    return this.#isHeldUp(wish, this.limitOf(wish));
  }

  /**
   * The wishes that may close when this Allow goes, two of them at most: what it let pass then meets only what comes
   * after it.
   */
  lostWithout(entry: Entry): Wish[] {
    const { priority } = entry.rule;
    const lost: Wish[] = [];
    for (const wish of this.wishes.meeting(entry.reading.maybe)) {
      if (this.#isHeldUp(wish, this.#blockedAt(wish.box, priority), entry)) continue;
      lost.push(wish);
      if (lost.length === LOST_MAX) break;
    }
    return lost;
  }

  /** What is unwanted, where all is ours by whomever, and would open if this Deny went. Null: there is no telling what the defaults would. */
  openedWithout(entry: Entry, isAllOurs: boolean): readonly Entry[] | null {
    const { priority } = entry.rule;
    const floor = this.finalDenies.find((deny) => deny !== entry && deny.rule.priority > priority);
    if (floor === undefined && isAllOurs) return null;
    const end = floor?.rule.priority ?? Number.POSITIVE_INFINITY;
    return this.#entries.filter(
      ({ rule, reading, isOurs, isUnwanted }) =>
        isUnwanted &&
        (isOurs || isAllOurs) &&
        rule.priority > priority &&
        rule.priority < end &&
        reading.maybe.some((box) => meets(entry, box)),
    );
  }

  /** False only when nothing that has to go, no default rule included, can let any of these pass. */
  mayClose(boxes: readonly Box[], isAllOurs: boolean): boolean {
    const byDefault = isAllOurs && this.finalDenies.length === 0;
    return boxes.some((box) => byDefault || this.#mayPassByBad(box));
  }

  #mayPassByBad(box: Box): boolean {
    const closed = this.#denies.find(({ reading }) => reading.surely.some((deny) => contains(deny, box)));
    const end = closed?.rule.priority ?? Number.POSITIVE_INFINITY;
    return this.bad.some((entry) => entry.rule.priority < end && meets(entry, box));
  }

  /** True of an Allow for the very box of a wish, when no other has it. */
  isOnlyOneOf({ reading: { surely } }: Entry): boolean {
    const [only] = surely;
    if (surely.length !== 1 || only === undefined || !this.wishes.has(only)) return false;
    return this.#exactly(boxKey(only)).length === 1;
  }

  /** An Allow of ours for this very box, in effect or not: it can be moved instead of being written again. */
  written(wish: Wish): Entry | undefined {
    return this.#good.find(({ rule, reading: { maybe } }) => {
      if (maybe.length !== 1 || maybe.map(boxKey).join() !== wish.key) return false;
      return (
        readingOf({ ...rule, isInEffect: true })
          .surely.map(boxKey)
          .join() === wish.key
      );
    });
  }

  /** Each of them once in the direction. */
  get priorities(): ReadonlySet<number> {
    return this.#taken;
  }
}
