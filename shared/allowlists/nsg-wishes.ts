/** What a group wants of one direction, as boxes: what must stay open, and what an Allow may open at all. */
import { compareText } from "../runtime/compare-text.ts";
import { type Box, boxKey, boxOf, contains, leftOf } from "./nsg-box.ts";
import { NearBoxes } from "./nsg-near.ts";
import type { Direction, Rule } from "./schema.ts";

export interface Wish {
  readonly rule: Rule;
  readonly box: Box;
  readonly key: string;
  /** Of the last applied link, and not of this one: it stays open as long as it is, and is not opened again. */
  readonly isHeld: boolean;
}

export class Wishes {
  /** Each box once, what may hold others before them: those need no rule of their own. */
  readonly all: readonly Wish[];
  readonly #byKey: ReadonlyMap<string, Wish>;
  readonly #near = new NearBoxes<Wish>(({ box }) => [box], byWidth);

  constructor(direction: Direction, wanted: readonly Rule[], held: readonly Rule[] = []) {
    const made = [
      ...wanted.flatMap((rule) => wishOf(rule, false)),
      ...held.flatMap((rule) => wishOf(rule, true)),
    ];
    const byKey = new Map<string, Wish>();
    for (const wish of made) {
      if (wish.rule.direction === direction && !byKey.has(wish.key)) byKey.set(wish.key, wish);
    }
    this.#byKey = byKey;
    this.all = [...byKey.values()].sort(byWidth);
    for (const wish of this.all) this.#near.add(wish);
  }

  /** True when some wish is exactly this box. */
  has(box: Box): boolean {
    return this.#byKey.has(boxKey(box));
  }

  /** What of a box is not surely wanted; all of it when that cannot be told. */
  unwantedOf(box: Box): Box[] {
    // Almost always it is a wish, or within one.
    if (this.has(box)) return [];
    // And what is not has little in common with any of them.
    const near = this.#near.meeting([box]).map((wish) => wish.box);
    return near.some((wished) => contains(wished, box)) ? [] : (leftOf([box], near) ?? [box]);
  }

  /** Those that may share a flow with one of the boxes, in the order of all. */
  meeting(boxes: readonly Box[]): Wish[] {
    return this.#near.meeting(boxes);
  }

  /** True when whatever these boxes may let pass is surely wanted. */
  cover(boxes: readonly Box[]): boolean {
    return boxes.every((box) => this.unwantedOf(box).length === 0);
  }
}

function byWidth({ box: one, key }: Wish, { box: other, key: otherKey }: Wish): number {
  return (
    Number(one.protocol !== "all") - Number(other.protocol !== "all") ||
    one.peer.length - other.peer.length ||
    other.to - other.from - (one.to - one.from) ||
    compareText(key, otherKey)
  );
}

function wishOf(rule: Rule, isHeld: boolean): Wish[] {
  const box = boxOf(rule);
  return box === null ? [] : [{ rule, box, key: boxKey(box), isHeld }];
}
