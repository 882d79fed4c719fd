/**
 * What is left of one log line: who was refused or accepted, by whom and why. It is all that leaves a reader. No path,
 * query, header, body, job id or user agent has a place in it, and each text is held to a form that cannot carry one.
 */
import * as z from "zod";
import { Serial } from "../certificates/schema.ts";
import { KeyId } from "../keys/api-key-schema.ts";

export const FailureClass = z.enum([
  "no-certificate",
  "expired",
  "not-yet-valid",
  "unknown-ca",
  "revoked",
  "wrong-purpose",
  "wrong-key-version",
  "bad-api-key",
  "forbidden-scope",
  "ike-authentication",
  "pre-shared-key-mismatch",
  "waf-block",
  /** Refused, and the log does not say why. */
  "unknown",
]);
export type FailureClass = z.infer<typeof FailureClass>;

export const ReaderName = z.enum([
  "relay",
  "nginx-access",
  "nginx-error",
  "envoy",
  "lattice",
  "waf",
  "ike",
  "json",
]);
export type ReaderName = z.infer<typeof ReaderName>;

/** So many of the link's own are remembered one by one, and as many tunnels. */
export const PARTIES_MAX = 16;

/** The canonical text of one IPv4 or IPv6 address; the longest is 39 characters (RFC 5952). */
const Address = z.string().regex(/^[0-9a-f.:]{2,39}$/, "is no address in its canonical form");

export const AuthEvent = z.strictObject({
  /** When the log says that it happened, in seconds. */
  at: z.int().nonnegative(),
  reader: ReaderName,
  outcome: z.enum(["refused", "accepted"]),
  /** Null exactly when the caller was accepted. */
  class: FailureClass.nullable(),
  source: Address.nullable(),
  /**
   * One of the link's own names, and only where the writer of the line had verified the certificate that bears it: a
   * stranger may present a certificate of his own making that bears bunny's name.
   */
  identity: z.string().max(253).nullable(),
  /** Of the certificate that was presented. A refused caller's is his claim: he may write any serial into one. */
  serial: Serial.nullable(),
  apiKeyId: KeyId.nullable(),
  /** The outside address of AWS's end of the tunnel. */
  tunnel: Address.nullable(),
});
export type AuthEvent = z.infer<typeof AuthEvent>;
