/**
 * The link's lease, as a port: work that needs order is done by one holder at a time. It is held for longer than a
 * function runs, so that it is never lost while its holder works; and each grant has a number of its own, higher than
 * all before, which is checked before each write: whoever was held up for longer than that finds a higher one.
 */
import type { Instant } from "../runtime/instant.ts";

export interface Granted {
  readonly fence: number;
}

/** Another holder has it, until then at most. */
export interface Held {
  readonly holder: string;
  readonly until: Instant;
}

export interface Lease {
  acquire(holder: string): Promise<Granted | Held>;
  /** Is it still held under this number, and for long enough to make one call? */
  check(fence: number): Promise<boolean>;
  /** Nothing happens when it is held under another number by now. */
  release(fence: number): Promise<void>;
}
