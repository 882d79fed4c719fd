/** Work that a service has under way by itself: waiting on timers, or running. Stopping ends the one and awaits the other. */
import type { Timers } from "./timers.ts";

export class Background {
  readonly #timers: Timers;
  readonly #cancels = new Set<() => void>();
  readonly #running = new Set<Promise<void>>();
  readonly #troubles: Error[] = [];
  #stopped = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  now(): number {
    return this.#timers.now();
  }

  /** Nothing begins once it was stopped. */
  after(delayMs: number, work: () => Promise<void>): void {
    if (this.#stopped) return;
    const cancel = this.#timers.after(delayMs, () => {
      this.#cancels.delete(cancel);
      const running = work().catch((error: unknown) => {
        this.#troubles.push(error instanceof Error ? error : new Error(String(error)));
      });
      this.#running.add(running);
      void running.finally(() => this.#running.delete(running));
    });
    this.#cancels.add(cancel);
  }

  /** What work threw: a dead letter that could not be delivered, or a fault of our own. */
  troubles(): readonly Error[] {
    return this.#troubles;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    await Promise.all(this.#running);
  }
}
