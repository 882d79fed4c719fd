/**
 * A clock that only tests and sleepers move: when all that is going on sleeps, it jumps to where the first one wakes.
 * So a run of minutes takes milliseconds, and what happens at once in it takes the time of the slowest alone.
 */
import type { Instant } from "../../shared/runtime/instant.ts";

interface Sleeper {
  readonly wakesAtMs: number;
  readonly wake: () => void;
}

export class ModelClock {
  #ms: number;
  /** Who wakes first last; of those who wake at once, who slept first last. */
  readonly #sleepers: Sleeper[] = [];
  #atWork = 0;
  #looking = false;

  constructor(start: Instant) {
    this.#ms = start * 1000;
  }

  readonly now = (): Instant => Math.floor(this.#ms / 1000);
  readonly nowMs = (): number => this.#ms;

  readonly advanceMs = (ms: number): void => {
    this.#ms += ms;
  };

  advance(seconds: number): void {
    this.advanceMs(seconds * 1000);
  }

  /** Time does not run backwards. */
  moveTo(at: Instant): void {
    if (at * 1000 < this.#ms) throw new Error("the clock cannot go back");
    this.#ms = at * 1000;
  }

  readonly sleep = async (ms: number): Promise<void> => {
    if (ms <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wakesAtMs = this.#ms + ms;
    const before = this.#sleepers.findLastIndex((other) => other.wakesAtMs > wakesAtMs);
    this.#sleepers.splice(before + 1, 0, { wakesAtMs, wake: resolve });
    this.#look();
    await promise;
  };

  /** What really takes time, such as making a key, takes none of the model's: it stands still meanwhile. */
  async stopped<T>(work: () => T | Promise<T>): Promise<T> {
    this.#atWork += 1;
    try {
      return await work();
    } finally {
      this.#atWork -= 1;
      this.#look();
    }
  }

  /** Within `stopped`: what takes the model's time after all. */
  async going<T>(work: () => Promise<T>): Promise<T> {
    this.#atWork -= 1;
    this.#look();
    try {
      return await work();
    } finally {
      this.#atWork += 1;
    }
  }

  /** One wakes at a time; the next one only after all that follows from it has come to rest. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      if (this.#atWork > 0) return;
      const sleeper = this.#sleepers.pop();
      if (sleeper === undefined) return;
      this.#ms = Math.max(this.#ms, sleeper.wakesAtMs);
      sleeper.wake();
      if (this.#sleepers.length > 0) this.#look();
    });
  }
}
