/**
 * A certificate authority with a real key and a real certificate. The key is made here and never leaves the
 * process; a signature is asked for with one of the service's signing algorithms.
 */
import "reflect-metadata";
import { generateKeyPair, type KeyObject, randomBytes, type webcrypto } from "node:crypto";
import { promisify } from "node:util";
import * as x509 from "@peculiar/x509";

export type CaKeyAlgorithm = "EC_prime256v1" | "EC_secp384r1" | "RSA_2048" | "RSA_4096";
export type SigningAlgorithm = `SHA${256 | 384 | 512}WITH${"ECDSA" | "RSA"}`;
export type UsageMode = "GENERAL_PURPOSE" | "SHORT_LIVED_CERTIFICATE";
export type CaStatus = "ACTIVE" | "DISABLED" | "EXPIRED";

export interface CaParameters {
  /** `arn:aws:acm-pca:<region>:<account>:certificate-authority/<uuid>`. */
  readonly arn: string;
  readonly commonName: string;
  readonly organization?: string;
  /** Default: GENERAL_PURPOSE, as the service's. It cannot be changed afterwards. */
  readonly usageMode?: UsageMode;
  /** Default: EC_prime256v1. */
  readonly keyAlgorithm?: CaKeyAlgorithm;
  /** From now on; the certificate begins an hour before now, like all that the service issues. */
  readonly lifetimeSeconds: number;
  /** Makes a subordinate CA; without it the CA is a root. */
  readonly parent?: CertificateAuthority;
}

export interface CertificateAuthority {
  readonly arn: string;
  readonly commonName: string;
  readonly organization: string | undefined;
  readonly usageMode: UsageMode;
  readonly keyAlgorithm: CaKeyAlgorithm;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly createdAtMs: number;
  readonly certificate: x509.X509Certificate;
  /** The CAs above this one, up to the root; empty for a root. */
  readonly above: readonly x509.X509Certificate[];
  /** A test may disable a CA here. That it expired follows from its certificate. */
  disabled: boolean;
  readonly privateKey: KeyObject;
}

export const backdatedMs = 60 * 60 * 1000;

const generate = promisify(generateKeyPair);

export async function createAuthority(
  parameters: CaParameters,
  nowMs: number,
): Promise<CertificateAuthority> {
  const keyAlgorithm = parameters.keyAlgorithm ?? "EC_prime256v1";
  const signingAlgorithm: SigningAlgorithm = isRsa(keyAlgorithm) ? "SHA256WITHRSA" : "SHA256WITHECDSA";
  const keys = await makeKeys(keyAlgorithm);
  const { parent, commonName, organization } = parameters;
  const subject = new x509.Name([
    ...(organization === undefined ? [] : [{ O: [{ utf8String: organization }] }]),
    { CN: [{ utf8String: commonName }] },
  ]);
  const signer = parent ?? { privateKey: keys.privateKey, signingAlgorithm };
  const spki = keys.publicKey.export({ type: "spki", format: "der" });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject,
    issuer: parent?.certificate.subjectName ?? subject,
    notBefore: new Date(nowMs - backdatedMs),
    notAfter: new Date(nowMs + parameters.lifetimeSeconds * 1000),
    publicKey: spki,
    ...signingWith(signer.privateKey, signer.signingAlgorithm),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(new x509.PublicKey(spki)),
      ...(parent === undefined ? [] : [await issuedBy(parent.certificate)]),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
    ],
  });
  return {
    arn: parameters.arn,
    commonName,
    organization,
    usageMode: parameters.usageMode ?? "GENERAL_PURPOSE",
    keyAlgorithm,
    signingAlgorithm,
    createdAtMs: nowMs,
    certificate,
    above: parent === undefined ? [] : [parent.certificate, ...parent.above],
    disabled: false,
    privateKey: keys.privateKey,
  };
}

export function statusOf(authority: CertificateAuthority, nowMs: number): CaStatus {
  if (authority.certificate.notAfter.getTime() <= nowMs) return "EXPIRED";
  return authority.disabled ? "DISABLED" : "ACTIVE";
}

export const isRsa = (algorithm: CaKeyAlgorithm) => algorithm.startsWith("RSA_");

/** 128 bits, positive, and with no zero byte in front: what a serial is has one spelling. */
export function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8() & 0x7f) | 0x40);
  return bytes.toString("hex");
}

export async function issuedBy(issuer: x509.X509Certificate): Promise<x509.Extension> {
  return await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey);
}

/** A CryptoKey is bound to one hash, so each signature takes its own view of the key. */
export function signingWith(privateKey: KeyObject, algorithm: SigningAlgorithm) {
  const hash = `SHA-${algorithm.slice(3, 6)}`;
  const parameters =
    privateKey.asymmetricKeyType === "rsa"
      ? { name: "RSASSA-PKCS1-v1_5", hash }
      : { name: "ECDSA", namedCurve: curveOf(privateKey) };
  const signingKey: webcrypto.CryptoKey = privateKey.toCryptoKey(parameters, false, ["sign"]);
  return { signingKey, signingAlgorithm: { ...parameters, hash } };
}

function curveOf(privateKey: KeyObject): string {
  return privateKey.asymmetricKeyDetails?.namedCurve === "secp384r1" ? "P-384" : "P-256";
}

async function makeKeys(algorithm: CaKeyAlgorithm) {
  switch (algorithm) {
    case "EC_prime256v1":
      return await generate("ec", { namedCurve: "prime256v1" });
    case "EC_secp384r1":
      return await generate("ec", { namedCurve: "secp384r1" });
    case "RSA_2048":
      return await generate("rsa", { modulusLength: 2048 });
    case "RSA_4096":
      return await generate("rsa", { modulusLength: 4096 });
  }
}
