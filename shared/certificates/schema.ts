/**
 * The nouns of the certificate concern, canonical after parsing. Both halves speak of certificates in these
 * words, so a serial or a key written in two ways can never look like two things.
 */
import * as z from "zod";

/** Seconds since the epoch (see runtime/instant.ts). */
export const InstantSchema = z.int().nonnegative();

/**
 * A certificate's serial number: lower-case hexadecimal without leading zeros. OpenSSL, nginx and Node print
 * upper case, some with colons or a leading zero, AWS Private CA decimal in ARNs (serial.ts).
 */
export const Serial = z
  .string()
  .transform((text) =>
    text
      .replaceAll(":", "")
      .toLowerCase()
      .replace(/^0+(?=.)/, ""),
  )
  .pipe(z.string().regex(/^[0-9a-f]{1,40}$/, "a serial number is 1 to 40 hexadecimal digits"));
export type Serial = z.infer<typeof Serial>;

/** The SHA-256 of a CSR's or certificate's DER, lower-case hexadecimal. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, "a digest is 64 lower-case hexadecimal digits");

/** What kind of key pair the vault makes. P-521 is left out: AWS Private CA's support for it is unverified. */
export const KeyKind = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("EC"), curve: z.enum(["P-256", "P-384"]) }),
  z.strictObject({ type: z.literal("RSA"), size: z.literal([2048, 3072, 4096]) }),
]);
export type KeyKind = z.infer<typeof KeyKind>;

/** What a certificate is good for; for both at once none is ever made. */
export type Purpose = "client" | "server";

/** What a certificate or a CSR says of its holder. `dnsNames` is sorted and lower case. */
export const Identity = z.strictObject({
  commonName: z.string(),
  organization: z.string().optional(),
  dnsNames: z.array(z.string()),
});
export type Identity = z.infer<typeof Identity>;

/** One version of a certificate, as the vault shows it. */
export const CertificateVersion = z.strictObject({
  version: z.string(),
  enabled: z.boolean(),
  serial: Serial,
  notBefore: InstantSchema,
  notAfter: InstantSchema,
  /** When this version was merged, by the vault's clock: the start of the wait for its use. */
  createdAt: InstantSchema,
  identity: Identity,
  key: z.union([KeyKind, z.literal("other")]),
  /** Which of the CAs that were pinned when the hand was deployed has issued the leaf; by the digest of its certificate. */
  issuer: z.union([Digest, z.literal("other")]),
});
export type CertificateVersion = z.infer<typeof CertificateVersion>;

/** A request that waits for its signed certificate. `csr` is DER in base64. */
export const PendingRequest = z.strictObject({
  requestId: z.string(),
  csr: z.base64(),
  /** What of the vault's policy differs from the link's: an unexportable key, another issuer, a reused key. */
  policyFaults: z.array(z.string()),
});
export type PendingRequest = z.infer<typeof PendingRequest>;

/** Everything the vault says of one certificate. Absent is a fact; a failure to read never arrives here. */
export const ObservedCertificate = z.strictObject({
  name: z.string(),
  current: CertificateVersion.nullable(),
  pending: PendingRequest.nullable(),
});
export type ObservedCertificate = z.infer<typeof ObservedCertificate>;

/** The issuing CA as AWS Private CA describes it. */
export const ObservedCa = z.strictObject({
  active: z.boolean(),
  notAfter: InstantSchema,
  shortLived: z.boolean(),
  signingAlgorithm: z.enum([
    "SHA256WITHECDSA",
    "SHA384WITHECDSA",
    "SHA512WITHECDSA",
    "SHA256WITHRSA",
    "SHA384WITHRSA",
    "SHA512WITHRSA",
  ]),
});
export type ObservedCa = z.infer<typeof ObservedCa>;

/** What a CSR asks for, after its own signature was verified with the key it carries. */
export interface CsrFacts {
  readonly digest: string;
  readonly signatureValid: boolean;
  readonly identity: Identity;
  readonly key: KeyKind | "other";
  /** Everything in it beyond subject, DNS names, key and the usages of its purpose; each named in words. */
  readonly extras: readonly string[];
}

/**
 * The intent to have one CSR signed, written to the journal before `IssueCertificate` is called, because that
 * one call cannot be observed afterwards: AWS Private CA has no way to list what it issued.
 */
export const Intent = z.strictObject({
  certificate: z.string(),
  csrDigest: Digest,
  /** The SHA-256 of the CSR's SubjectPublicKeyInfo: by it an issued certificate finds its intent. Older ones have none. */
  publicKeyDigest: Digest.optional(),
  idempotencyToken: z.string().regex(/^[0-9a-f]{32}$/),
  notAfter: InstantSchema,
  createdAt: InstantSchema,
  state: z.enum(["intended", "refused", "issued", "merged", "outcome-unknown"]),
  certificateArn: z.string().optional(),
});
export type Intent = z.infer<typeof Intent>;
