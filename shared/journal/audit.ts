/**
 * The record of every change, as a port; the adapter is in aws-audit.ts. A change is first written to an outbox,
 * with one call right after its effect. Once it was told on the bus it is filed in the history.
 */
import type { ChangeKind, ChangeRecord, NewChange } from "./change.ts";

export interface Outbox {
  /** Oldest first. */
  readonly changes: readonly ChangeRecord[];
  /** When those were made that another version of this code wrote: they are left where they are. */
  readonly unreadable: readonly string[];
  /** Where the next page starts; null when this was the last. */
  readonly next: string | null;
}

export interface HistoryQuery {
  /** A certificate's name; null for the whole link. */
  readonly target: string | null;
  /** Only these; left out, all. Others are read on past, a page of them after the other. */
  readonly kinds?: readonly ChangeKind[];
  readonly limit: number;
}

/** Newest first, told or not, each change once. */
export interface History {
  readonly changes: readonly ChangeRecord[];
  /** There is so much of others, or waits to be told, that not all of it was looked through: older ones may be missing. */
  readonly cut: boolean;
}

/** Every method throws `CloudError` when the table did not take or give what was asked. */
export interface Audit {
  /** One write. Records of one process keep their order. */
  record(change: NewChange): Promise<void>;
  /** One page of changes that were not told yet, from the start or from where a page before it ended. */
  readOutbox(after: string | null): Promise<Outbox>;
  /** Files changes that were told, and takes them out of the outbox. */
  file(told: readonly ChangeRecord[]): Promise<void>;
  history(query: HistoryQuery): Promise<History>;
}
