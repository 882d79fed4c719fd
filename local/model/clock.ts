/** A clock that only tests and pauses move. */
import type { Instant } from "../../shared/runtime/instant.ts";

export class ModelClock {
  #ms: number;

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
}
