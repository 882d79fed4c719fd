/** Looks at once and then again and again, one look at a time. */
import type { Timers } from "../aws/timers.ts";

/** As often as Warrener counts on it (docs/workloads.md). */
export const LOOK_EVERY_MS = 60_000;

export class LookAgain {
  readonly #look: () => Promise<void>;
  readonly #everyMs: number;
  readonly #timers: Timers;
  #looking: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(look: () => Promise<void>, everyMs: number, timers: Timers) {
    this.#look = look;
    this.#everyMs = everyMs;
    this.#timers = timers;
  }

  start(): void {
    this.#looking = this.#look().then(() => {
      if (this.#stopped) return;
      this.#cancel = this.#timers.after(this.#everyMs, () => this.start());
    });
  }

  /** Waits for the look that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#looking;
  }
}
