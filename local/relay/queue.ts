/**
 * The jobs, in memory. An open job waits or is leased; a lease that ends returns its job, so a worker that dies
 * loses nothing. Only the lease's own holder can bring the result.
 */
import { randomUUID } from "node:crypto";

export interface Leased {
  readonly id: string;
  readonly lease: string;
  readonly leaseEndsAtMs: number;
  readonly content: unknown;
}

export interface QueueLimits {
  readonly leaseMs: number;
  /** Open jobs; above it, `submit` refuses. */
  readonly openMax: number;
  /** Finished jobs that are remembered, so that a repeated result can be told from an unknown job. */
  readonly doneMax: number;
}

export const QUEUE_LIMITS: QueueLimits = { leaseMs: 30_000, openMax: 10_000, doneMax: 10_000 };

interface Open {
  readonly content: unknown;
  readonly lease?: { readonly id: string; readonly endsAtMs: number };
}

interface Done {
  readonly lease: string;
  readonly result: unknown;
}

export class JobQueue {
  readonly #open = new Map<string, Open>();
  readonly #done = new Map<string, Done>();
  readonly #limits: QueueLimits;
  readonly #clock: () => number;

  constructor(limits: QueueLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  submit(content: unknown): { readonly id: string } | "full" {
    if (this.#open.size >= this.#limits.openMax) return "full";
    const id = randomUUID();
    this.#open.set(id, { content });
    return { id };
  }

  /** The oldest job that nobody works on. */
  lease(): Leased | undefined {
    const now = this.#clock();
    for (const [id, { content, lease }] of this.#open) {
      if (lease !== undefined && lease.endsAtMs > now) continue;
      const next = { id: randomUUID(), endsAtMs: now + this.#limits.leaseMs };
      this.#open.set(id, { content, lease: next });
      return { id, lease: next.id, leaseEndsAtMs: next.endsAtMs, content };
    }
    return undefined;
  }

  /** Bringing the same lease's result again changes nothing and is "done" too: its answer may have been lost. */
  finish(id: string, lease: string, result: unknown): "done" | "unknown" | "not-leased" {
    const before = this.#done.get(id);
    if (before !== undefined) return before.lease === lease ? "done" : "not-leased";
    const job = this.#open.get(id);
    if (job === undefined) return "unknown";
    if (job.lease?.id !== lease || job.lease.endsAtMs <= this.#clock()) return "not-leased";
    this.#open.delete(id);
    this.#done.set(id, { lease, result });
    this.#forgetOldest();
    return "done";
  }

  result(id: string): unknown {
    return this.#done.get(id)?.result;
  }

  counts(): { readonly open: number; readonly done: number } {
    return { open: this.#open.size, done: this.#done.size };
  }

  #forgetOldest(): void {
    const [oldest] = this.#done.keys();
    if (oldest !== undefined && this.#done.size > this.#limits.doneMax) this.#done.delete(oldest);
  }
}
