/**
 * DynamoDB reads are eventually consistent unless a call asks otherwise. dynalite's never are stale, so the item
 * as it was before each write is kept here, and a GetItem without ConsistentRead may be answered with it for a
 * second.
 */
import type { Kernel } from "../stand-in/kernel.ts";

const staleMsMax = 1000;

export class StaleReads {
  readonly #kernel: Kernel;
  readonly #clock: () => number;
  readonly #before = new Map<string, { readonly atMs: number; readonly item: unknown }>();

  constructor(kernel: Kernel, clock: () => number) {
    this.#kernel = kernel;
    this.#clock = clock;
  }

  /** `item` is undefined when there was none. */
  wrote(key: string, item: unknown): void {
    this.#before.set(key, { atMs: this.#clock(), item });
  }

  /** What a read of the key is answered with, or undefined for the truth. */
  read(key: string): { readonly item: unknown } | undefined {
    const before = this.#before.get(key);
    if (before === undefined || this.#clock() >= before.atMs + staleMsMax) return undefined;
    return this.#kernel.faults.chance("dynamodb stale read", 0.3) ? before : undefined;
  }
}
