/** What the trust's verbs are given: ports, clock and bounds, and nothing ambient. */
import type { HandOf } from "../azure-api/client.ts";
import type { Authority } from "../certificates/authority.ts";
import type { Journal } from "../certificates/journal.ts";
import type { Audit } from "../journal/audit.ts";
import type { Link } from "../link/schema.ts";
import type { LinkTrust } from "../link/trust.ts";
import type { Tell } from "../reconcile/tell-conditions.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { HeadStore } from "./aws-head.ts";
import type { WordsLog } from "./aws-words.ts";
import type { DeployedCa } from "./linked.ts";
import type { TrustMemoryStore } from "./memory.ts";
import type { CaId } from "./schema.ts";

export interface Publisher {
  readonly link: Link;
  readonly trust: LinkTrust;
  /** Those of the link. */
  readonly cas: readonly DeployedCa[];
  readonly authorityOf: (ca: CaId) => Pick<Authority, "observe"> | undefined;
  readonly head: HeadStore;
  readonly hand: HandOf<"trust.observe" | "trust.publish" | "certificates.observe">;
  readonly words: WordsLog;
  readonly journal: Pick<Journal, "readStanding" | "readIntents">;
  readonly memory: TrustMemoryStore;
  readonly audit: Pick<Audit, "record">;
  readonly tell: Tell;
  readonly invocation: { readonly actor: string; readonly requestId: string };
  readonly log: Log;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}
