/**
 * Virtual time. Whatever sleeps is woken one at a time, in the order of its time and then of its sleep; the next one only
 * after all that follows from it has come to rest. There are no real timers, so the same sleepers give the same order.
 */

import type { Instant } from "../../shared/runtime/instant.ts";
import { ModelClock } from "../model/clock.ts";

interface Sleeper {
  readonly atMs: number;
  /** Of those of one time, who slept first wakes first. */
  readonly order: number;
  readonly wake: () => void;
}

export class Timeline {
  readonly clock: ModelClock;
  /** A binary heap: the first is the one that wakes first. */
  readonly #sleepers: Sleeper[] = [];
  #order = 0;

  constructor(start: Instant) {
    this.clock = new ModelClock(start);
  }

  get isAsleep(): boolean {
    return this.#sleepers.length === 0;
  }

  readonly sleep = (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#push({ atMs: this.clock.nowMs() + Math.max(0, ms), order: this.#order, wake: resolve });
    this.#order += 1;
    return promise;
  };

  /** All that is due until then happens; then it is then. */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      await settled();
      const first = this.#sleepers[0];
      if (first === undefined || first.atMs > untilMs) break;
      this.#pop();
      this.#moveTo(first.atMs);
      first.wake();
    }
    this.#moveTo(untilMs);
  }

  #moveTo(ms: number): void {
    this.clock.advanceMs(Math.max(0, ms - this.clock.nowMs()));
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#sleepers;
    let at = heap.push(sleeper) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#sleepers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = right < heap.length && this.#isBefore(right, left) ? right : left;
      if (child >= heap.length || !this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #swapIfBefore(one: number, other: number): boolean {
    if (!this.#isBefore(one, other)) return false;
    const [a, b] = [this.#sleepers[one], this.#sleepers[other]];
    if (a !== undefined && b !== undefined) {
      this.#sleepers[one] = b;
      this.#sleepers[other] = a;
    }
    return true;
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#sleepers[one], this.#sleepers[other]];
    if (a === undefined || b === undefined) return false;
    return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
  }
}

/** Until no promise has anything left to do: nothing here waits for anything else. */
const settled = (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
};
