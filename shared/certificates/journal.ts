/**
 * What the clouds cannot tell of certificates, as a port: which signatures were asked for, and which serials
 * relay's log has shown. The adapter is in aws-journal.ts.
 */
import type { Ask } from "../asks/ask.ts";
import type { Freeze } from "../freeze/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { TrustMemory } from "../trust/memory.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { Intent, Serial } from "./schema.ts";
import type { Troubles } from "./troubles.ts";
import type { UnknownIssue } from "./unknown-issue.ts";

/** The last serial of a certificate that relay was seen to accept, and when it first was. */
export interface Seen {
  readonly certificate: string;
  readonly serial: Serial;
  readonly at: Instant;
}

/** What a run must know before it starts, for every certificate of the link. */
export interface Standing {
  readonly seen: readonly Seen[];
  readonly revocations: readonly RevocationOrder[];
  readonly freeze: Freeze;
  /** Of each function that tells of certificates, by the name of its concern. */
  readonly troubles: ReadonlyMap<string, Troubles>;
  /** Null when one of them cannot be read: then nobody knows what there is. */
  readonly unknownIssues: readonly UnknownIssue[] | null;
  /** What people have asked for, by the link's name for it. */
  readonly asked: ReadonlyMap<string, Ask>;
  /** What the last look at the trust has found; left out where the link leaves trust to others. */
  readonly trust?: TrustMemory;
}

export interface Journal extends Revocations, Intents, Asks {
  /** In one read. */
  readStanding(): Promise<Standing>;
  markSeen(seen: Seen): Promise<void>;
  writeTroubles(concern: string, troubles: Troubles): Promise<void>;
  /** Of several for one name, the one that is good for longest stands, until its end. */
  writeUnknownIssue(issue: UnknownIssue): Promise<void>;
}

/** The signatures that were asked for; each is kept until thirty days after its certificate's end. */
export interface Intents {
  /** All that a certificate has, in no order: a long read, for a person's question. */
  readIntents(certificate: string): Promise<readonly Intent[]>;
  /** Those that were neither merged nor have ended, in no order: what may be left to write down, or to revoke. */
  readOpenIntents(certificate: string): Promise<readonly Intent[]>;
  /** Null when no signature was ever asked for with this CSR. */
  readIntent(certificate: string, csrDigest: string): Promise<Intent | null>;
  /** Whichever certificate it is of; null when no signature was ever asked for with a CSR of this public key. */
  findIntent(publicKeyDigest: string): Promise<Intent | null>;
  /**
   * Writes the intent unless one for this CSR stands there that was not refused. Returns the one that stands: the very
   * object that was given when it was written.
   */
  intend(intent: Intent): Promise<Intent>;
  mark(intent: Intent, mark: IntentMark): Promise<void>;
  /**
   * Notes the ARN of the certificate that was issued for an intent, unless one is known; returns what then stands.
   * Safe at once with a run, whose own note says the same.
   */
  noteIssued(intent: Intent, certificateArn: string): Promise<Intent>;
}

/** One a name, the latest; `readStanding` reads them. */
export interface Asks {
  ask(ask: Ask): Promise<void>;
  /** It is done; one that was asked for at another time stands. */
  settleAsk(ask: Ask): Promise<void>;
}

/** The orders to revoke, one a serial; `readStanding` reads them. */
export interface Revocations {
  /** Writes the order where `replacesOrder` lets it; returns the one that then stands. */
  orderRevocation(order: RevocationOrder): Promise<RevocationOrder>;
  /** Closes an open order that still says the same; false when another one has taken its place. */
  closeRevocation(
    order: RevocationOrder,
    close: { readonly state: "revoked" } | { readonly state: "refused"; readonly code: string },
  ): Promise<boolean>;
}

export type IntentMark =
  | { readonly state: "issued"; readonly certificateArn: string }
  | { readonly state: "merged" }
  /** The CA said no, so nothing was issued; marks only an intent that nothing is known of. */
  | { readonly state: "refused" }
  /** Its request was dropped while nobody knew whether a certificate had been issued for it. */
  | { readonly state: "outcome-unknown" };
