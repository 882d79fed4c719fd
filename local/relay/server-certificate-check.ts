/**
 * Decides whether relay may show a certificate to its callers. Pure: what they would refuse is refused here, before
 * it takes the place of one that works. The reason never holds anything of the key.
 */
import type { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { Serial } from "../../shared/certificates/schema.ts";
import type { UnusableReason } from "./log.ts";
import {
  contextOptions,
  isIssuedBy,
  type LoadedBundle,
  parseCertificates,
  readKey,
  type ServerCertificate,
} from "./tls.ts";

export interface UsableServerCertificate {
  readonly kind: "usable";
  readonly serial: Serial;
}

export interface UnusableServerCertificate {
  readonly kind: "unusable";
  readonly reason: UnusableReason;
  /** Undefined when there is no certificate in it, or one without a serial number. */
  readonly serial: Serial | undefined;
}

export interface ServerCertificateRules {
  /** The name that callers expect. */
  readonly host: string;
  readonly trustBundle: LoadedBundle;
}

/** id-kp-serverAuth, RFC 5280 section 4.2.1.12. */
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

export function checkForServing(
  certificate: ServerCertificate,
  rules: ServerCertificateRules,
  nowMs: number,
): UsableServerCertificate | UnusableServerCertificate {
  const chain = attempt(() => parseCertificates(certificate.chainPem));
  const [leaf, ...issuers] = chain ?? [];
  const serial = Serial.safeParse(leaf?.serialNumber).data;
  if (leaf === undefined || serial === undefined) return { kind: "unusable", reason: "malformed", serial };
  const path = pathTo(rules.trustBundle, leaf, issuers);
  const reason =
    faultOfKey(leaf, certificate.privateKeyPem) ??
    (path === undefined ? "unknown-ca" : undefined) ??
    faultOfLeaf(leaf, rules.host, nowMs) ??
    (path?.every((ca) => isWithin(ca, nowMs)) ? undefined : "invalid-chain") ??
    faultOfOpenSsl(certificate, rules.trustBundle);
  return reason === undefined ? { kind: "usable", serial } : { kind: "unusable", reason, serial };
}

function faultOfKey(leaf: X509Certificate, privateKeyPem: string): UnusableReason | undefined {
  const key = attempt(() => readKey(privateKeyPem));
  if (key === undefined) return "malformed";
  return leaf.checkPrivateKey(key) ? undefined : "other-key";
}

/**
 * The CAs that lead from the leaf to one of the bundle, that one last; undefined when none do. The bundle is what
 * callers trust too: a chain that does not lead there is refused by all of them.
 */
function pathTo(
  bundle: LoadedBundle,
  leaf: X509Certificate,
  issuers: readonly X509Certificate[],
): X509Certificate[] | undefined {
  const path: X509Certificate[] = [];
  for (const issuer of [...issuers, undefined]) {
    const last = path.at(-1) ?? leaf;
    const anchor = bundle.certificates.find((ca) => isIssuedBy([ca], last));
    if (anchor !== undefined) return [...path, anchor];
    if (issuer === undefined || !issuer.ca || !isIssuedBy([issuer], last)) return undefined;
    path.push(issuer);
  }
  return undefined;
}

function faultOfLeaf(leaf: X509Certificate, host: string, nowMs: number): UnusableReason | undefined {
  // OpenSSL lets a certificate without any extended key usage pass for every purpose; other stacks do not.
  if (leaf.ca || !leaf.keyUsage?.includes(SERVER_AUTH)) return "wrong-purpose";
  // A common name alone is no longer looked at by most clients.
  if (leaf.checkHost(host, { subject: "never" }) === undefined) return "other-identity";
  if (nowMs < leaf.validFromDate.getTime()) return "not-yet-valid";
  return nowMs > leaf.validToDate.getTime() ? "expired" : undefined;
}

/** Whatever OpenSSL would not serve though it can be read, such as a key that is too short for its liking. */
function faultOfOpenSsl(certificate: ServerCertificate, bundle: LoadedBundle): UnusableReason | undefined {
  const context = attempt(() => createSecureContext(contextOptions(certificate, bundle)));
  return context === undefined ? "refused-by-openssl" : undefined;
}

const isWithin = (certificate: X509Certificate, nowMs: number): boolean =>
  nowMs >= certificate.validFromDate.getTime() && nowMs <= certificate.validToDate.getTime();

/** OpenSSL's errors may quote their input, and their input is a key: only that there was one is told. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
