/**
 * Reads a CSR (PKCS #10, RFC 2986) as facts. Whoever controls a CSR controls the name in the certificate: the
 * CA copies subject and SAN from it (https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html),
 * so everything in it is either a fact that is compared with the link or an extra that stops it.
 */
import { createHash, type KeyObject, verify } from "node:crypto";
import { CertificationRequest } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  ExtendedKeyUsage,
  type Extension,
  Extensions,
  KeyUsage,
  KeyUsageFlags,
} from "@peculiar/asn1-x509";
import { ContractError } from "../runtime/errors.ts";
import { keyKindOf, readDer, readDnsNames, readPublicKey, readSubject } from "./asn1.ts";
import {
  EXTENDED_KEY_USAGE,
  EXTENSION_REQUEST,
  KEY_USAGE,
  SUBJECT_ALTERNATIVE_NAME,
  USAGE_OF,
} from "./oids.ts";
import type { CsrFacts, Purpose } from "./schema.ts";

const WHAT = "the CSR";
const USAGES = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;

/** What each extension may say; the answer names what it says beyond that. */
const EXTENSION_READERS: ReadonlyMap<string, (value: Uint8Array, purpose: Purpose) => readonly string[]> =
  new Map<string, (value: Uint8Array, purpose: Purpose) => readonly string[]>([
    [SUBJECT_ALTERNATIVE_NAME, () => []],
    ["2.5.29.14", () => []],
    [KEY_USAGE, (value) => named("key usage", keyUsages(value) & ~USAGES)],
    ["2.5.29.19", (value) => named("basic constraints of a CA", isPlainLeaf(value) ? 0 : 1)],
    [EXTENDED_KEY_USAGE, extendedUsages],
  ]);

/** Throws `ContractError` when `der` is not exactly one CSR in canonical DER. */
export function readCsr(der: Uint8Array, purpose: Purpose): CsrFacts {
  const request = readDer(der, CertificationRequest, "strict", WHAT);
  const info = request.certificationRequestInfo;
  const key = publicKeyOf(request);
  const subject = readSubject(info.subject);
  const { extensions, extras } = readAttributes(request);
  const names = extensions
    .filter(({ extnID }) => extnID === SUBJECT_ALTERNATIVE_NAME)
    .map((san) => readDnsNames(san, "strict"));
  const all = [
    ...(info.version === 0 ? [] : ["version other than 1"]),
    ...subject.extras,
    ...extras,
    ...names.flatMap((san) => san.extras),
    ...extensions.flatMap((extension) => readExtension(extension, purpose)),
    ...repeated(extensions),
  ];
  const { commonName, organization } = subject;
  return {
    digest: createHash("sha256").update(der).digest("hex"),
    signatureValid: isSignedBy(request, key),
    identity: {
      commonName,
      ...(organization === undefined ? {} : { organization }),
      dnsNames: names.flatMap((san) => san.dnsNames).toSorted(),
    },
    key: keyKindOf(key),
    extras: [...new Set(all)].toSorted(),
  };
}

/** The CSR's public key, SubjectPublicKeyInfo in DER. Throws `ContractError` as `readCsr` does. */
export function readCsrPublicKey(der: Uint8Array): Uint8Array {
  const request = readDer(der, CertificationRequest, "strict", WHAT);
  return publicKeyOf(request).export({ type: "spki", format: "der" });
}

const publicKeyOf = (request: CertificationRequest): KeyObject =>
  readPublicKey(new Uint8Array(AsnConvert.serialize(request.certificationRequestInfo.subjectPKInfo)), WHAT);

/** The requested extensions; each attribute that requests none is an extra. */
function readAttributes({ certificationRequestInfo }: CertificationRequest) {
  const extensions: Extension[] = [];
  const extras: string[] = [];
  for (const { type, values } of certificationRequestInfo.attributes ?? []) {
    const [value, ...more] = values;
    if (type !== EXTENSION_REQUEST || value === undefined || more.length > 0)
      extras.push(`attribute ${type}`);
    else
      extensions.push(...readDer(new Uint8Array(value), Extensions, "strict", "the CSR's extension request"));
  }
  return { extensions, extras };
}

function readExtension({ extnID, extnValue }: Extension, purpose: Purpose): readonly string[] {
  const read = EXTENSION_READERS.get(extnID);
  return read === undefined ? [`extension ${extnID}`] : read(new Uint8Array(extnValue.buffer), purpose);
}

function repeated(extensions: readonly Extension[]): string[] {
  const ids = extensions.map(({ extnID }) => extnID);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `extension ${id} more than once`);
}

const named = (what: string, excess: number): string[] => (excess === 0 ? [] : [what]);

const keyUsages = (value: Uint8Array): number => readDer(value, KeyUsage, "strict", "a key usage").toNumber();

function isPlainLeaf(value: Uint8Array): boolean {
  const { cA, pathLenConstraint } = readDer(value, BasicConstraints, "strict", "basic constraints");
  return !cA && pathLenConstraint === undefined;
}

function extendedUsages(value: Uint8Array, purpose: Purpose): string[] {
  const usages = [...readDer(value, ExtendedKeyUsage, "strict", "an extended key usage")];
  return usages.filter((usage) => usage !== USAGE_OF[purpose]).map((usage) => `extended key usage ${usage}`);
}

/** RFC 5758 and RFC 8017: those that AWS Private CA and Key Vault share. RSA-PSS is not among them. */
const SIGNATURES: ReadonlyMap<string, { readonly key: "ec" | "rsa"; readonly hash: string }> = new Map([
  ["1.2.840.10045.4.3.2", { key: "ec", hash: "sha256" }],
  ["1.2.840.10045.4.3.3", { key: "ec", hash: "sha384" }],
  ["1.2.840.10045.4.3.4", { key: "ec", hash: "sha512" }],
  ["1.2.840.113549.1.1.11", { key: "rsa", hash: "sha256" }],
  ["1.2.840.113549.1.1.12", { key: "rsa", hash: "sha384" }],
  ["1.2.840.113549.1.1.13", { key: "rsa", hash: "sha512" }],
]);

/** Proof that whoever made the CSR holds the private key of the public one in it. */
function isSignedBy(request: CertificationRequest, key: KeyObject): boolean {
  const algorithm = SIGNATURES.get(request.signatureAlgorithm.algorithm);
  const signed = request.certificationRequestInfoRaw;
  if (signed === undefined) throw new ContractError(`${WHAT} has no signed part`);
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.key) return false;
  return verify(algorithm.hash, new Uint8Array(signed), key, new Uint8Array(request.signature));
}
