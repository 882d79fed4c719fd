/** Reads an X.509 certificate (RFC 5280) as facts, in the same words and by the same readers as a CSR. */
import { AsnConvert } from "@peculiar/asn1-schema";
import { BasicConstraints, Certificate, ExtendedKeyUsage, type Extension } from "@peculiar/asn1-x509";
import type { Instant } from "../runtime/instant.ts";
import { keyKindOf, readDer, readDnsNames, readPublicKey, readSubject } from "./asn1.ts";
import { SUBJECT_ALTERNATIVE_NAME } from "./oids.ts";
import { type Identity, type KeyKind, Serial } from "./schema.ts";

const WHAT = "the certificate";
const BASIC_CONSTRAINTS = "2.5.29.19";
const EXTENDED_KEY_USAGE = "2.5.29.37";

export interface CertificateFacts {
  /** Empty texts stand for what cannot be one text, so that such an identity equals no declared one. */
  readonly identity: Identity;
  readonly key: KeyKind | "other";
  readonly serial: Serial;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly isCa: boolean;
  /** OIDs, as they stand. */
  readonly extendedKeyUsages: readonly string[];
}

/**
 * Throws `ContractError` when `der` is not one certificate. Signature, issuer and dates are not judged here,
 * and, unlike a CSR's, its encoding may differ from ours where it says the same: it is signed already.
 */
export function readCertificate(der: Uint8Array): CertificateFacts {
  const { tbsCertificate } = readDer(der, Certificate, "lenient", WHAT);
  const { subject, serialNumber, validity, subjectPublicKeyInfo } = tbsCertificate;
  const extensions = tbsCertificate.extensions ?? [];
  const { commonName, organization } = readSubject(subject);
  const spki = new Uint8Array(AsnConvert.serialize(subjectPublicKeyInfo));
  return {
    identity: {
      commonName,
      ...(organization === undefined ? {} : { organization }),
      dnsNames: valuesOf(extensions, SUBJECT_ALTERNATIVE_NAME).flatMap((san) => [
        ...readDnsNames(san, "lenient").dnsNames,
      ]),
    },
    key: keyKindOf(readPublicKey(spki, WHAT)),
    serial: Serial.parse(Buffer.from(serialNumber).toString("hex")),
    notBefore: toInstant(validity.notBefore.getTime()),
    notAfter: toInstant(validity.notAfter.getTime()),
    isCa: valuesOf(extensions, BASIC_CONSTRAINTS).some((value) => parse(value, BasicConstraints).cA),
    extendedKeyUsages: valuesOf(extensions, EXTENDED_KEY_USAGE).flatMap((value) => [
      ...parse(value, ExtendedKeyUsage),
    ]),
  };
}

const valuesOf = (extensions: readonly Extension[], id: string): Extension[] =>
  extensions.filter(({ extnID }) => extnID === id);

const parse = <T>({ extnValue }: Extension, schema: new () => T): T =>
  readDer(new Uint8Array(extnValue.buffer), schema, "lenient", "an extension of the certificate");

const toInstant = (date: Date): Instant => Math.floor(date.getTime() / 1_000);
