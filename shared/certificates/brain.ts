/** What the brain's certificate verbs are given: ports, clock and bounds, and nothing ambient. */
import type { Hand } from "../azure-api/client.ts";
import type { Link } from "../link/schema.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { Authority } from "./authority.ts";
import type { Journal } from "./journal.ts";
import type { Usage } from "./usage.ts";

export interface Brain {
  readonly link: Link;
  readonly hand: Hand;
  readonly authority: Authority;
  readonly journal: Journal;
  readonly usage: Usage;
  readonly log: Log;
  readonly clock: Clock;
  /** Resolves after so many milliseconds; the simulation's time does not pass by itself. */
  readonly pause: (ms: number) => Promise<void>;
  /** What is left of this invocation. */
  readonly remainingMs: () => number;
}

/**
 * The time that must be left for a step to start, so that the invocation's end does not cut it off: its slowest
 * call (30 s for the hand, 15 s for AWS with every attempt) and what is written down after it. A step that is cut
 * off does no harm, but its run ends without a report.
 */
export const RESERVES_MS = {
  /** A change: intent, signature, and then still a merge. */
  change: 60_000,
  /** A call of the hand, and a note in the journal. */
  call: 45_000,
  /** One more page of relay's log. */
  search: 20_000,
} as const;
