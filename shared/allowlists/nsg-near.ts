/**
 * Finds, of many things that have boxes, the few that may share a flow with another box, without asking each of them:
 * a full NSG has 1,000 rules, nearly all of them for networks that have nothing to do with each other.
 */
import { type Box, isOpaque, mayMeet } from "./nsg-box.ts";

/** Family and bits of a network that begin alike are kept together: those of an IPv4 /24, /16 and /8, and all. */
const LEVELS = [25, 17, 9, 0] as const;

interface Level<T> {
  readonly length: number;
  readonly byStart: Map<string, Set<T>>;
}

export class NearBoxes<T> {
  readonly #boxesOf: (thing: T) => readonly Box[];
  readonly #order: (one: T, other: T) => number;
  readonly #levels: readonly Level<T>[] = LEVELS.map((length) => ({ length, byStart: new Map() }));
  readonly #all = new Set<T>();
  /** Nobody sees into their peers, so they may meet anything. */
  readonly #opaque = new Set<T>();

  constructor(boxesOf: (thing: T) => readonly Box[], order: (one: T, other: T) => number) {
    this.#boxesOf = boxesOf;
    this.#order = order;
  }

  add(thing: T): void {
    this.#all.add(thing);
    for (const box of this.#boxesOf(thing)) this.#placeOf(box).add(thing);
  }

  remove(thing: T): void {
    this.#all.delete(thing);
    for (const box of this.#boxesOf(thing)) this.#placeOf(box).delete(thing);
  }

  #placeOf({ peer }: Box): Set<T> {
    if (isOpaque(peer)) return this.#opaque;
    const level = this.#levels.find(({ length }) => peer.length >= length);
    if (level === undefined) return this.#opaque;
    const start = peer.slice(0, level.length);
    const place = level.byStart.get(start) ?? new Set<T>();
    level.byStart.set(start, place);
    return place;
  }

  /** Each once, in their order. */
  meeting(boxes: readonly Box[]): T[] {
    const met = new Set<T>();
    for (const box of boxes)
      for (const thing of this.#near(box))
        if (!met.has(thing) && this.#boxesOf(thing).some((other) => mayMeet(other, box))) met.add(thing);
    return [...met].sort(this.#order);
  }

  /** All that may meet the box, and others. */
  #near({ peer }: Box): Iterable<T> {
    if (isOpaque(peer)) return this.#all;
    const places = this.#levels.flatMap(({ length, byStart }) =>
      length <= peer.length
        ? [byStart.get(peer.slice(0, length)) ?? []]
        : [...byStart].flatMap(([start, place]) => (start.startsWith(peer) ? [place] : [])),
    );
    return [...this.#opaque, ...places.flatMap((place) => [...place])];
  }
}
