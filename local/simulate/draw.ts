/** Chance, drawn from a seed: the same seed gives the same numbers on every machine, in as many streams as are wanted. */
import { randomFrom } from "../model/weather.ts";

export interface Draw {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `min` to `max`, both among them. */
  whole(min: number, max: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A stream of its own: however much is drawn from it, nothing else changes. */
  fork(label: string): Draw;
}

export function drawFrom(seed: number): Draw {
  const next = randomFrom(seed);
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    chance: (share) => next() < share,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
    fork: (label) => drawFrom(mixed(seed, label)),
  };
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), begun from the seed. */
function mixed(seed: number, label: string): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let index = 0; index < label.length; index += 1)
    hash = Math.imul(hash ^ label.charCodeAt(index), 0x01000193);
  return hash;
}
