/**
 * A bunny's copy of the trust bundle in its vault, as a port. It knows nothing of bundles: what it holds is text.
 *
 * Both methods throw `CloudError` when the vault did not say; `null` and the literals below are facts.
 */
import type { Instant } from "../runtime/instant.ts";

export interface StoredCopy {
  readonly version: string;
  readonly text: string;
  readonly at: Instant;
}

export interface CopyStore {
  /** What bunny is given; null when there is none. "taken": by a certificate, whose secret it is. */
  read(): Promise<StoredCopy | null | "taken">;
  /** Adds a version. "deleted": the name is blocked until somebody recovers what had it. */
  write(text: string): Promise<Pick<StoredCopy, "version"> | "deleted" | "taken">;
}
