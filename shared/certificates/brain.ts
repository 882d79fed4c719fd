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
