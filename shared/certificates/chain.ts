/**
 * What the hand checks of a chain before it merges it. Merging makes a certificate current in the vault at once,
 * so whatever can be known beforehand is checked beforehand; the proof that relay accepts it comes after.
 *
 * Pure but for the cryptography: the same chain, pin, link and time give the same answer.
 */
import { X509Certificate } from "node:crypto";
import { Certificate } from "@peculiar/asn1-x509";
import type { RefusalReason } from "../azure-api/contract.ts";
import type { Instant } from "../runtime/instant.ts";
import { readDer, readDnsNames, readSubject } from "./asn1.ts";
import { sameIdentity, sameKey } from "./match.ts";
import { SUBJECT_ALTERNATIVE_NAME, USAGE_OF } from "./oids.ts";
import type { PinnedCa } from "./pinned.ts";
import type { Identity, KeyKind, Purpose } from "./schema.ts";
import { type CertificateFacts, readCertificate } from "./x509.ts";

/** AWS Private CA dates a certificate back by 60 minutes (IssueCertificate, ValidityNotBefore). */
const BACKDATED_MAX_SECONDS = 3600;
/** Between the CA's clock and ours. */
const CLOCK_TOLERANCE_SECONDS = 300;

export interface ChainRules {
  /** As pinned at deployment: the chain must be the leaf and then exactly one of theirs. */
  readonly pinned: readonly PinnedCa[];
  readonly identity: Identity;
  readonly key: KeyKind;
  readonly purpose: Purpose;
  readonly lifetimeSeconds: number;
  /** The waiting request's public key, SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
}

export interface ChainFault {
  readonly reason: Extract<
    RefusalReason,
    "chain-not-trusted" | "other-key" | "other-identity" | "other-purpose" | "other-dates"
  >;
  readonly detail: string;
}

/** The first fault of the chain (DER, leaf first), or null. The chain decides nothing about whom to trust. */
export function findChainFault(
  chain: readonly Uint8Array[],
  rules: ChainRules,
  now: Instant,
): ChainFault | null {
  const [leafDer, ...issuers] = chain;
  if (leafDer === undefined) return { reason: "chain-not-trusted", detail: "the chain is empty" };
  return findTrustFault(leafDer, issuers, rules.pinned) ?? findLeafFault(leafDer, issuers, rules, now);
}

function findTrustFault(
  leaf: Uint8Array,
  issuers: readonly Uint8Array[],
  pinned: readonly PinnedCa[],
): ChainFault | null {
  const fault = (detail: string): ChainFault => ({ reason: "chain-not-trusted", detail });
  const ca = pinned.find(({ chain }) => isSameChain(chain, issuers));
  if (ca === undefined)
    return fault(`its ${issuers.length} CA certificates are none of the ${pinned.length} chains pinned`);
  if (!isCertificate(leaf)) return fault("the leaf is not exactly one certificate");
  return isIssuedBy(leaf, ca.chain[0]) ? null : fault("the leaf was not signed by the CA of its chain");
}

const isSameChain = (one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean =>
  one.length === other.length &&
  one.every((der, index) => Buffer.from(der).equals(other[index] ?? new Uint8Array()));

/** OpenSSL reads PEM where DER is due, and passes over what follows it; a vault may not. */
function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.equals(der);
  } catch {
    // The constructor throws OpenSSL's errors for nothing but input that it cannot read.
    return false;
  }
}

/** True when `issuer` (DER) names and has signed `leaf` (DER). */
export function isIssuedBy(leaf: Uint8Array, issuer: Uint8Array): boolean {
  const ca = new X509Certificate(issuer);
  const certificate = new X509Certificate(leaf);
  return ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

function findLeafFault(
  der: Uint8Array,
  issuers: readonly Uint8Array[],
  rules: ChainRules,
  now: Instant,
): ChainFault | null {
  const leaf = readCertificate(der);
  const publicKey = new X509Certificate(der).publicKey.export({ type: "spki", format: "der" });
  if (!publicKey.equals(rules.publicKey) || !sameKey(leaf.key, rules.key)) {
    return { reason: "other-key", detail: "the leaf's key is not the waiting request's" };
  }
  if (!sameIdentity(leaf.identity, rules.identity) || hasMoreNames(der)) {
    return { reason: "other-identity", detail: "the leaf's subject or names are not the link's" };
  }
  const [usage, ...more] = leaf.extendedKeyUsages;
  if (leaf.isCa || usage !== USAGE_OF[rules.purpose] || more.length > 0) {
    return { reason: "other-purpose", detail: `the leaf is not for TLS ${rules.purpose}s and nothing else` };
  }
  return findDateFault(leaf, issuers, rules, now);
}

/** True when the leaf names its holder in a way that an identity cannot express: an address, a URI, a unit. */
function hasMoreNames(der: Uint8Array): boolean {
  const { subject, extensions } = readDer(der, Certificate, "lenient", "the leaf").tbsCertificate;
  const names = (extensions ?? []).filter(({ extnID }) => extnID === SUBJECT_ALTERNATIVE_NAME);
  const extras = names.flatMap((san) => [...readDnsNames(san, "lenient").extras]);
  return extras.length > 0 || readSubject(subject).extras.length > 0;
}

function findDateFault(
  leaf: CertificateFacts,
  issuers: readonly Uint8Array[],
  { lifetimeSeconds }: ChainRules,
  now: Instant,
): ChainFault | null {
  const fault = (detail: string): ChainFault => ({ reason: "other-dates", detail });
  if (leaf.notBefore > now + CLOCK_TOLERANCE_SECONDS) return fault("the leaf is not valid yet");
  if (leaf.notAfter <= now) return fault("the leaf has ended");
  const longest = lifetimeSeconds + BACKDATED_MAX_SECONDS + CLOCK_TOLERANCE_SECONDS;
  if (leaf.notAfter - leaf.notBefore > longest) return fault("the leaf lives longer than the link allows");
  if (issuers.some((ca) => readCertificate(ca).notAfter < leaf.notAfter))
    return fault("the leaf outlives its CA");
  return null;
}
