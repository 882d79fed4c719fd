/**
 * An NSG as the writes of a plan leave it, one after another. Each write here is one PUT or DELETE of one rule, and is
 * asked for only when neither it, nor dying right after it, closes what is wanted or opens what is not.
 */

import { type Entry, isAllow } from "./nsg-entry.ts";
import type { Lane } from "./nsg-lane.ts";
import type { NsgRule } from "./nsg-rule.ts";
import type { Wish } from "./nsg-wishes.ts";
import { allowOf, FINAL_DENY, finalDenyOf, labelOf, nameFor, WALL, wallOf } from "./nsg-write.ts";
import type { Rule } from "./schema.ts";

export type NsgReason =
  /** A wanted flow is not open, or not surely. */
  | "missing"
  /** It comes too late: a Deny is before it. */
  | "too-late"
  /** There was no room for one more rule, so it takes the place of one that has to go. */
  | "instead"
  /** Azure's default rules would let pass what is not wanted. */
  | "final-deny"
  /** Many rules have to go: one deny before them closes all of them at once. */
  | "shut"
  | "unwanted"
  /** A Deny in the way of a wanted flow. */
  | "blocking"
  /** Opens or closes nothing that other rules do not. */
  | "redundant";

/** One write. `etag` is the observed rule's, null of a name that is not there yet. */
export type NsgChange =
  | {
      readonly kind: "put";
      readonly name: string;
      readonly etag: string | null;
      readonly reason: NsgReason;
      readonly rule: NsgRule;
    }
  | {
      readonly kind: "delete";
      readonly name: string;
      readonly etag: string | null;
      readonly reason: NsgReason;
    };

export interface Terms {
  readonly link: string;
  readonly isAllOurs: boolean;
  readonly rulesMax: number;
  /** Names in lower case (nsg-plan.ts). */
  readonly untouchable: ReadonlySet<string>;
  readonly stuck: ReadonlySet<string>;
}

/** `untouchable`: by its name, for now. `full`: nothing in the group can go or give way. */
export type Placed = "placed" | "untouchable" | "full";

/** Each write is an operation of seconds; what is left over comes with the next run, which observes anew. */
export const NSG_CHANGES_MAX = 100;

export class Draft {
  readonly changes: NsgChange[] = [];
  readonly lanes: readonly Lane[];
  readonly #link: string;
  readonly #isAllOurs: boolean;
  readonly #rulesMax: number;
  readonly #untouchable: ReadonlySet<string>;
  readonly #stuck: ReadonlySet<string>;
  readonly #names: Set<string>;
  /** What this plan has written: its etag is not known before that is done, so it is written once. */
  readonly #written = new Set<string>();
  readonly #lost = new WeakMap<Entry, readonly Wish[]>();
  /** After how many changes nothing could go: without another one, nothing can. */
  #crampedAt: number | null = null;

  constructor(terms: Terms, lanes: readonly Lane[], rules: readonly NsgRule[]) {
    this.#link = terms.link;
    this.#isAllOurs = terms.isAllOurs;
    this.#rulesMax = terms.rulesMax;
    this.#untouchable = terms.untouchable;
    this.#stuck = terms.stuck;
    this.lanes = lanes;
    this.#names = new Set(rules.map(({ name }) => name.toLowerCase()));
  }

  /** There is as much to do as one run does: no more need be thought of. */
  get isLongEnough(): boolean {
    return this.changes.length >= NSG_CHANGES_MAX;
  }

  /** Ours, and not written by this plan. */
  isFree = ({ isOurs, rule }: Entry): boolean => isOurs && !this.#written.has(rule.name);

  /** It has to go, and nothing that is done to it lasts. */
  isStuck = ({ rule }: Entry): boolean => this.#stuck.size > 0 && this.#stuck.has(rule.name.toLowerCase());

  get isFull(): boolean {
    return this.#names.size >= this.#rulesMax;
  }

  mayOpen = ({ rule }: Wish): boolean => !this.#isUntouchable(this.#placed(labelOf(rule), 0));
  mayShut = ({ direction }: Lane): boolean => !this.#isUntouchable(this.#placed(`${direction}-${WALL}`, 0));

  open(lane: Lane, wish: Wish, priority: number): Placed {
    const placed = this.#placed(labelOf(wish.rule), priority);
    if (this.#isUntouchable(placed)) return "untouchable";
    if (!this.#makeRoom()) return this.#giveWay(lane, wish) ? "placed" : "full";
    this.#write(lane, allowOf(wish.rule, placed), "missing");
    return "placed";
  }

  close(lane: Lane, priority: number): Placed {
    const placed = this.#placed(`${lane.direction}-${FINAL_DENY}`, priority);
    if (this.#isUntouchable(placed)) return "untouchable";
    if (!this.#makeRoom()) return "full";
    this.#write(lane, finalDenyOf(lane.direction, placed), "final-deny");
    return "placed";
  }

  /** Sound where all that is wanted passes before the priority. `instead`: what stands there, and has to go. */
  shut(lane: Lane, priority: number, instead?: Entry): void {
    const { direction } = lane;
    const placed = instead?.rule ?? this.#placed(`${direction}-${WALL}`, priority);
    const { name, etag } = placed;
    if (instead === undefined && !this.#makeRoom()) return;
    this.#write(lane, wallOf(direction, { name, etag, priority }), "shut", instead);
  }

  /** Moving an Allow ahead in its direction only opens what it lets pass. */
  move(lane: Lane, entry: Entry, priority: number): void {
    this.#write(lane, { ...entry.rule, priority, isInEffect: true }, "too-late", entry);
  }

  /** An Allow that is wanted takes the place of another. Sound when that one carries no other wish alone. */
  replace(lane: Lane, entry: Entry, rule: Rule): void {
    const { name, etag, priority } = entry.rule;
    this.#write(lane, allowOf(rule, { name, etag, priority }), "instead", entry);
  }

  remove(lane: Lane, entry: Entry, reason: NsgReason): void {
    const { name, etag } = entry.rule;
    lane.remove(entry);
    this.#names.delete(name.toLowerCase());
    this.changes.push({ kind: "delete", name, etag, reason });
  }

  /** A name that nothing may be written to is not made another of: what it stands for may be on its way. */
  #placed(label: string, priority: number) {
    const isTaken = (name: string): boolean => this.#names.has(name) && !this.#untouchable.has(name);
    return { name: nameFor(this.#link, label, isTaken), etag: null, priority };
  }

  #isUntouchable = ({ name }: { readonly name: string }): boolean =>
    this.#untouchable.has(name.toLowerCase());

  #write(lane: Lane, rule: NsgRule, reason: NsgReason, instead?: Entry): void {
    lane.put(rule, instead);
    this.#names.add(rule.name.toLowerCase());
    this.#written.add(rule.name);
    this.changes.push({ kind: "put", name: rule.name, etag: rule.etag, reason, rule });
  }

  #makeRoom(): boolean {
    if (!this.isFull) return true;
    if (this.#crampedAt === this.changes.length) return false;
    for (const lane of this.lanes) {
      const entry = this.#spare(lane);
      if (entry === undefined) continue;
      this.remove(lane, entry, isAllow(entry.rule) && !entry.isGood ? "unwanted" : "redundant");
      return true;
    }
    this.#crampedAt = this.changes.length;
    return false;
  }

  /** A rule that can go at once: first what is unwanted, then a Deny that closes nothing, then a needless Allow. */
  #spare(lane: Lane): Entry | undefined {
    const ours = lane.entries.filter(this.isFree);
    return (
      lane.bad.find((entry) => this.#canGo(lane, entry)) ??
      ours.find((entry) => !isAllow(entry.rule) && this.opensNothing(lane, entry)) ??
      ours.find((entry) => entry.isGood && this.#canGo(lane, entry))
    );
  }

  #canGo(lane: Lane, entry: Entry, but?: Wish): boolean {
    const isOnly = (lost: readonly Wish[]): boolean => lost.every((wish) => wish === but);
    return isOnly(this.#lostOnce(lane, entry)) && isOnly(lane.lostWithout(entry));
  }

  /** What was lost when it was first asked for. What can go only later than that goes in the next run. */
  #lostOnce(lane: Lane, entry: Entry): readonly Wish[] {
    const lost = this.#lost.get(entry) ?? lane.lostWithout(entry);
    this.#lost.set(entry, lost);
    return lost;
  }

  opensNothing = (lane: Lane, entry: Entry): boolean =>
    lane.openedWithout(entry, this.#isAllOurs)?.length === 0;

  #giveWay(lane: Lane, wish: Wish): boolean {
    const entry = lane.entries.find(
      (one) =>
        this.isFree(one) &&
        isAllow(one.rule) &&
        one.rule.priority < lane.floorAt &&
        this.#canGo(lane, one, wish),
    );
    if (entry === undefined) return false;
    this.replace(lane, entry, wish.rule);
    return true;
  }
}
