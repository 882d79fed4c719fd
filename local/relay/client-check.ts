/**
 * Decides whether a client certificate may come in. Pure: OpenSSL has verified the chain and the proof of
 * possession before this; here its verdict becomes a reason, and what OpenSSL leaves open is decided.
 */
import type { X509Certificate } from "node:crypto";
import { Serial } from "../../shared/certificates/schema.ts";
import type { RefusalReason } from "./log.ts";

export interface AcceptedClient {
  readonly kind: "accepted";
  readonly serial: Serial;
  readonly identity: string;
  readonly notAfterMs: number;
}

export interface RefusedClient {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  readonly serial: Serial | undefined;
}

export interface PresentedClient {
  readonly certificate: X509Certificate | undefined;
  /** OpenSSL's name for what is wrong with the chain; undefined when nothing is. */
  readonly chainError: string | undefined;
  /** True when the CA that signed it is in the trust bundle, whatever its dates and purposes are. */
  readonly issuerTrusted: boolean;
  /** The serials that the trust bundle wants let in no more. */
  readonly revoked: ReadonlySet<Serial>;
}

/** id-kp-clientAuth, RFC 5280 section 4.2.1.12. */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** Names as in `tls` of Node: what follows X509_V_ERR_ in OpenSSL. */
const REASONS: ReadonlyMap<string, RefusalReason> = new Map([
  ["CERT_HAS_EXPIRED", "expired"],
  ["CERT_NOT_YET_VALID", "not-yet-valid"],
  ["INVALID_PURPOSE", "wrong-purpose"],
]);

export function checkClient(
  client: PresentedClient,
  identities: readonly string[],
  nowMs: number,
): AcceptedClient | RefusedClient {
  const { certificate, chainError } = client;
  if (certificate === undefined) return refuse("no-certificate");

  const serial = Serial.safeParse(certificate.serialNumber);
  if (!serial.success) return refuse("malformed");

  // OpenSSL reports the last of several faults. A stranger's certificate that has also expired is a stranger's.
  if (chainError !== undefined && !client.issuerTrusted) return refuse("unknown-ca", serial.data);
  if (chainError !== undefined) return refuse(REASONS.get(chainError) ?? "invalid-chain", serial.data);

  if (client.revoked.has(serial.data)) return refuse("revoked", serial.data);

  // OpenSSL checked the dates by the machine's clock during the handshake; this is relay's own.
  const notAfterMs = certificate.validToDate.getTime();
  if (nowMs > notAfterMs) return refuse("expired", serial.data);
  if (nowMs < certificate.validFromDate.getTime()) return refuse("not-yet-valid", serial.data);

  // OpenSSL lets a certificate without any extended key usage pass for every purpose.
  if (!certificate.keyUsage?.includes(CLIENT_AUTH)) return refuse("wrong-purpose", serial.data);

  const identity = identities.find((name) => hasName(certificate, name));
  if (identity === undefined) return refuse("other-identity", serial.data);
  return { kind: "accepted", serial: serial.data, identity, notAfterMs };
}

/** The exact name, no wildcards; the common name counts only when there is no DNS name at all. */
export function hasName(certificate: X509Certificate, name: string): boolean {
  return certificate.checkHost(name, { wildcards: false, subject: "default" }) !== undefined;
}

function refuse(reason: RefusalReason, serial?: Serial): RefusedClient {
  return { kind: "refused", reason, serial };
}
