/** A request quota per second, over a sliding window. */
export class Quota {
  readonly #perSecondMax: number;
  readonly #atMs: number[] = [];

  constructor(perSecondMax: number) {
    this.#perSecondMax = perSecondMax;
  }

  /** False when this request is one too many; it is then not counted. */
  admit(nowMs: number): boolean {
    while (this.#atMs[0] !== undefined && this.#atMs[0] <= nowMs - 1000) this.#atMs.shift();
    if (this.#atMs.length >= this.#perSecondMax) return false;
    this.#atMs.push(nowMs);
    return true;
  }
}
