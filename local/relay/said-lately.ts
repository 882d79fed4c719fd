/**
 * What is to be said of one connection's callers: each thing at once, and again when a minute has passed, so that a
 * lost line does not hide it for long and the log does not grow with each request. A caller that says something else
 * with each request is heard so often a minute and no more.
 */
const AGAIN_AFTER_MS = 60_000;
const SAID_MAX = 8;

export class SaidLately {
  readonly #saidAtMs = new Map<string, number>();

  /** True when it is to be said now. */
  isDue(words: string, nowMs: number): boolean {
    for (const [said, atMs] of this.#saidAtMs) {
      if (nowMs - atMs >= AGAIN_AFTER_MS) this.#saidAtMs.delete(said);
    }
    if (this.#saidAtMs.has(words) || this.#saidAtMs.size >= SAID_MAX) return false;
    this.#saidAtMs.set(words, nowMs);
    return true;
  }
}
