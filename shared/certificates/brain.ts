/** What the brain's certificate verbs are given: ports, clock and bounds, and nothing ambient. */
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import type { FreezeStore } from "../freeze/store.ts";
import type { Audit } from "../journal/audit.ts";
import type { Bus } from "../journal/bus.ts";
import type { Link } from "../link/schema.ts";
import type { Tell } from "../reconcile/tell-conditions.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { Pace } from "../runtime/pace.ts";
import type { Authority } from "./authority.ts";
import type { Issuers } from "./issuers.ts";
import type { Journal } from "./journal.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { Promotion } from "./promote.ts";
import type { Usage } from "./usage.ts";

export interface Brain {
  readonly link: Link;
  /** What this run looks after. */
  readonly certificates: readonly DesiredCertificate[];
  readonly hand: HandOf<EndpointOf<"certificates">>;
  readonly authority: Authority;
  /** Where the link publishes whom to trust. */
  readonly issuers?: Issuers;
  readonly journal: Journal;
  readonly audit: Audit;
  readonly bus: Bus;
  readonly usage: Usage;
  /** Where a certificate that was merged is not yet the one that is served: relay's. */
  readonly promotion?: Promotion;
  /** Among the incidents, each function has a name of its own for what it tells. */
  readonly concern: "certificates" | "relay-certificate";
  /** Tells the alerts what holds now. */
  readonly tell: Tell;
  /** Of the one function of the link that brings the hand a freeze, and collects its notes. */
  readonly sweeps?: {
    readonly hand: HandOf<EndpointOf<"notes" | "control">>;
    readonly freezes: Pick<FreezeStore, "settle">;
  };
  /** Who acts: the function's name, and the id of this invocation. */
  readonly invocation: { readonly actor: string; readonly requestId: string };
  /** Outlives the run: rates know of no invocations. */
  readonly pace: Pace;
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
  /** One more page of relay's log, and then still what follows from what was seen, and the telling of it all. */
  search: 60_000,
  /** One call of AWS. */
  aws: 20_000,
} as const;
