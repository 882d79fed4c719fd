/** What is said of each class of failure, and what a log's word proves. None of the words comes from a line. */
import type { AuthEvent, FailureClass } from "./schema.ts";

interface ClassWords {
  /** Of the caller: ends "a caller is refused: ". */
  readonly why: string;
  /** Of one of bunny's own: ends "bunny.example.com is refused: ". */
  readonly own: string;
}

export const CLASSES: Record<FailureClass, ClassWords> = {
  "no-certificate": { why: "it shows no certificate", own: "it shows no certificate" },
  expired: { why: "its certificate has ended", own: "its certificate has ended" },
  "not-yet-valid": {
    why: "its certificate is not valid yet",
    own: "its certificate is not valid yet",
  },
  "unknown-ca": {
    why: "its certificate is of a CA that is not trusted",
    own: "the CA of its certificate is not trusted",
  },
  revoked: { why: "its certificate is revoked", own: "its certificate is revoked" },
  "wrong-purpose": {
    why: "its certificate is not for clients",
    own: "its certificate is not for clients",
  },
  "wrong-key-version": {
    why: "its API key is of another version",
    own: "its API key is of another version",
  },
  "bad-api-key": { why: "its API key is wrong or missing", own: "its API key is wrong or missing" },
  "forbidden-scope": {
    why: "it is not allowed what it asks for",
    own: "it is not allowed what it asks for",
  },
  "ike-authentication": {
    why: "the other end of a tunnel does not authenticate",
    own: "its ends do not authenticate each other",
  },
  "pre-shared-key-mismatch": {
    why: "the other end of a tunnel has another pre-shared key",
    own: "its ends have different pre-shared keys",
  },
  "waf-block": { why: "AWS WAF blocks it", own: "AWS WAF blocks it" },
  unknown: { why: "the log does not say why", own: "the log does not say why" },
};

/** Judged by relay once it had taken the certificate's chain for one of a CA that it trusts. */
const AFTER_THE_CHAIN: readonly FailureClass[] = [
  "expired",
  "not-yet-valid",
  "revoked",
  "wrong-purpose",
  "wrong-key-version",
  "bad-api-key",
  "forbidden-scope",
];

/**
 * Was the certificate that bears this serial number issued by a CA of ours? Anybody may write any number into one of
 * his own. relay looks at the chain first, and says so (docs/workloads.md). A proxy may pass on what it did not verify,
 * and OpenSSL reports the last fault of a chain, so that of a stranger's that has ended too nginx says just that: what a
 * proxy has verified shows in the name alone (schema.ts, `identity`).
 */
export const provesSerial = ({ reader, outcome, class: failure }: AuthEvent): boolean =>
  reader === "relay" && (outcome === "accepted" || (failure !== null && AFTER_THE_CHAIN.includes(failure)));
