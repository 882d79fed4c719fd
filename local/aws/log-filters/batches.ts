/** Collects the events of one filter and one stream for a while, or until there are as many as go together. */
import type { Background } from "../background.ts";
import type { StoredEvent } from "../log-store.ts";
import type { Subscription } from "./subscription.ts";

export type Flush = (subscription: Subscription, stream: string, events: readonly StoredEvent[]) => void;

/** Nobody documents either bound; these are of one PutLogEvents. */
const EVENTS_MAX = 10_000;
const BYTES_MAX = 1_048_576;

interface Batch {
  readonly subscription: Subscription;
  readonly stream: string;
  readonly events: StoredEvent[];
  bytes: number;
}

export class Batches {
  readonly #background: Background;
  readonly #collectMs: number;
  readonly #flush: Flush;
  readonly #batches = new Map<string, Batch>();

  constructor(background: Background, collectMs: number, flush: Flush) {
    this.#background = background;
    this.#collectMs = collectMs;
    this.#flush = flush;
  }

  add(subscription: Subscription, stream: string, event: StoredEvent): void {
    const key = JSON.stringify([subscription.logGroupName, subscription.filterName, stream]);
    const batch = this.#batches.get(key) ?? this.#open(key, subscription, stream);
    batch.events.push(event);
    batch.bytes += Buffer.byteLength(event.message);
    if (batch.events.length >= EVENTS_MAX || batch.bytes >= BYTES_MAX) this.#close(key, batch);
  }

  #open(key: string, subscription: Subscription, stream: string): Batch {
    const batch = { subscription, stream, events: [], bytes: 0 };
    this.#batches.set(key, batch);
    this.#background.after(this.#collectMs, () => Promise.resolve(this.#close(key, batch)));
    return batch;
  }

  #close(key: string, batch: Batch): void {
    // Another one may have taken its place, when it was full before its time.
    if (this.#batches.get(key) !== batch) return;
    this.#batches.delete(key);
    this.#flush(batch.subscription, batch.stream, batch.events);
  }
}
