/** What is going to happen by itself, by name: there is never more than one deadline of a name. */
import type { Timers } from "../aws/timers.ts";

export class Deadlines {
  readonly #timers: Timers;
  readonly #cancels = new Map<string, () => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Takes the place of an earlier deadline of this name. */
  set(name: string, delayMs: number, run: () => void): void {
    this.clear(name);
    const cancel = this.#timers.after(delayMs, () => {
      this.#cancels.delete(name);
      run();
    });
    this.#cancels.set(name, cancel);
  }

  isSet(name: string): boolean {
    return this.#cancels.has(name);
  }

  clear(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#cancels.keys()]) this.clear(name);
  }
}
