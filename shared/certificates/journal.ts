/**
 * What the clouds cannot tell of certificates, as a port: which signatures were asked for, and which serials
 * relay's log has shown. The adapter is in aws-journal.ts.
 */
import type { Instant } from "../runtime/instant.ts";
import type { Intent, Serial } from "./schema.ts";

/** The last serial of a certificate that relay was seen to accept, and when it first was. */
export interface Seen {
  readonly certificate: string;
  readonly serial: Serial;
  readonly at: Instant;
}

export interface Journal {
  /** For every certificate of the link, in one read. */
  readSeen(): Promise<readonly Seen[]>;
  /** Null when no signature was ever asked for with this CSR. */
  readIntent(certificate: string, csrDigest: string): Promise<Intent | null>;
  /** Writes the intent unless one for this CSR stands there that was not refused; returns the one that stands. */
  intend(intent: Intent): Promise<Intent>;
  mark(intent: Intent, mark: IntentMark): Promise<void>;
  markSeen(seen: Seen): Promise<void>;
}

export type IntentMark =
  | { readonly state: "issued"; readonly certificateArn: string }
  | { readonly state: "merged" }
  /** The CA said no, so nothing was issued; marks only an intent that nothing is known of. */
  | { readonly state: "refused" }
  /** Its request was dropped while nobody knew whether a certificate had been issued for it. */
  | { readonly state: "outcome-unknown" };
