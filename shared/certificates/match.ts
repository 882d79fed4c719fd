/** Whether a CSR asks for exactly what the link wants, and nothing more. Only such a CSR is ever signed. */
import type { LinkCertificate } from "../link/schema.ts";
import type { CsrFacts, Identity, KeyKind } from "./schema.ts";

/** What a CSR, and so the certificate signed for it, must say. */
export type WantedCertificate = Pick<LinkCertificate, "identity" | "key">;

export type Mismatch =
  | "signature-invalid"
  | "other-subject"
  | "other-dns-names"
  | "other-key"
  | "asks-for-more";

/** Every way in which a CSR differs from what is wanted, always in the same order; empty when it may be signed. */
export function checkCsr(facts: CsrFacts, wanted: WantedCertificate): Mismatch[] {
  const checks: [Mismatch, boolean][] = [
    ["signature-invalid", facts.signatureValid],
    ["other-subject", sameSubject(facts.identity, wanted.identity)],
    ["other-dns-names", sameDnsNames(facts.identity, wanted.identity)],
    ["other-key", sameKey(facts.key, wanted.key)],
    ["asks-for-more", facts.extras.length === 0],
  ];
  return checks.filter(([, holds]) => !holds).map(([mismatch]) => mismatch);
}

export const sameIdentity = (one: Identity, other: Identity): boolean =>
  sameSubject(one, other) && sameDnsNames(one, other);

/** A kind that a link cannot declare is the same as none. */
export function sameKey(one: KeyKind | "other", other: KeyKind): boolean {
  if (one === "other") return false;
  if (one.type === "EC") return other.type === "EC" && one.curve === other.curve;
  return other.type === "RSA" && one.size === other.size;
}

const sameSubject = (one: Identity, other: Identity): boolean =>
  one.commonName === other.commonName && one.organization === other.organization;

/** Order carries no meaning in a SAN; a name that stands twice is a difference. */
function sameDnsNames(one: Identity, other: Identity): boolean {
  const names = other.dnsNames.toSorted();
  return (
    one.dnsNames.length === names.length && one.dnsNames.toSorted().every((name, i) => name === names[i])
  );
}
