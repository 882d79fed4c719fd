/**
 * Real certificates for tests and the local run: a CA, what it issues, and certificate signing requests.
 * Every key is made here and lives in memory only. Times default to "a minute ago" and "in an hour".
 */
import "reflect-metadata";
import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

export type KeyAlgorithm = "P-256" | "P-384" | "RSA-2048" | "RSA-3072" | "RSA-4096";
export type Usage = "clientAuth" | "serverAuth";

export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

export interface Life {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface Issued {
  /** The leaf alone. */
  readonly certificatePem: string;
  readonly der: Buffer;
  /** The leaf, then the CAs below the root, as a server or client sends them. */
  readonly chainPem: string;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
}

export interface IssuedWithKey extends Issued {
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** PKCS#8 private key, leaf and chain in one file: a certificate's secret as Key Vault hands it out. */
  readonly secretPem: string;
}

export interface Ca {
  readonly certificatePem: string;
  readonly der: Buffer;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  /** What follows a leaf of this CA on the wire: empty for a root. */
  readonly intermediatesPem: string;
}

export interface Csr {
  readonly der: Buffer;
  readonly pem: string;
  readonly privateKeyPem: string;
}

/** A root, or with `parent` an intermediate under it. */
export async function makeCa(
  options: Life & {
    readonly commonName?: string;
    readonly algorithm?: KeyAlgorithm;
    readonly parent?: Ca;
    readonly pathLength?: number;
  } = {},
): Promise<Ca> {
  const { parent } = options;
  const keys = await makeKeys(options.algorithm ?? "P-256");
  const subject = nameOf({ commonName: options.commonName ?? "Test CA" });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject,
    issuer: parent === undefined ? subject : parent.certificate.subject,
    ...lifeOf(options),
    publicKey: keys.publicKey,
    signingKey: (parent?.keys ?? keys).privateKey,
    signingAlgorithm: signingAlgorithm((parent?.keys ?? keys).privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(true, options.pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificatePem = pemOf(certificate);
  return {
    certificatePem,
    der: Buffer.from(certificate.rawData),
    certificate,
    keys,
    intermediatesPem: parent === undefined ? "" : certificatePem + parent.intermediatesPem,
  };
}

/** Makes a key pair and issues a certificate for it. `usages: []` leaves the extended key usage out. */
export async function issue(
  ca: Ca,
  options: Subject & Life & { readonly usages: readonly Usage[]; readonly algorithm?: KeyAlgorithm },
): Promise<IssuedWithKey> {
  const keys = await makeKeys(options.algorithm ?? "P-256");
  const issued = await certify(ca, { ...options, publicKey: keys.publicKey });
  const privateKeyPem = privatePem(keys);
  return { ...issued, privateKeyPem, secretPem: privateKeyPem + issued.chainPem };
}

/** Issues a certificate for somebody else's public key (SPKI DER, or a CSR's DER through `publicKeyOf`). */
export async function certify(
  ca: Ca,
  options: Subject &
    Life & {
      readonly usages: readonly Usage[];
      readonly publicKey: x509.PublicKeyType;
      readonly serial?: string;
    },
): Promise<Issued> {
  const serial = options.serial ?? randomSerial();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: nameOf(options),
    issuer: ca.certificate.subject,
    ...lifeOf(options),
    publicKey: options.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm: signingAlgorithm(ca.keys.privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...usagesOf(options.usages),
      ...alternativeNames(options),
      await x509.AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
    ],
  });
  const certificatePem = pemOf(certificate);
  return {
    certificatePem,
    der: Buffer.from(certificate.rawData),
    chainPem: certificatePem + ca.intermediatesPem,
    serial: serial.replace(/^0+(?=.)/, ""),
  };
}

export async function makeCsr(
  subject: Subject & { readonly algorithm?: KeyAlgorithm; readonly extensions?: readonly x509.Extension[] },
): Promise<Csr> {
  const keys = await makeKeys(subject.algorithm ?? "P-256");
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf(subject),
    keys,
    signingAlgorithm: signingAlgorithm(keys.privateKey),
    extensions: [...alternativeNames(subject), ...(subject.extensions ?? [])],
  });
  return {
    der: Buffer.from(csr.rawData),
    pem: csr.toString("pem").concat("\n"),
    privateKeyPem: privatePem(keys),
  };
}

/** The key that a CSR carries, for `certify`. */
export const publicKeyOf = (csrDer: Uint8Array): x509.PublicKeyType =>
  new x509.Pkcs10CertificateRequest(Uint8Array.from(csrDer)).publicKey;

async function makeKeys(algorithm: KeyAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  if (algorithm === "P-256" || algorithm === "P-384") {
    return webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: algorithm }, true, ["sign", "verify"]);
  }
  const rsa = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: Number(algorithm.slice("RSA-".length)),
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  return webcrypto.subtle.generateKey(rsa, true, ["sign", "verify"]);
}

function signingAlgorithm(key: webcrypto.CryptoKey): { name: string; hash: string } {
  return { name: key.algorithm.name, hash: "SHA-256" };
}

function nameOf(subject: Subject): x509.JsonName {
  const organization = subject.organization === undefined ? [] : [{ O: [subject.organization] }];
  return [{ CN: [subject.commonName] }, ...organization];
}

function lifeOf(life: Life): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: life.notBefore ?? new Date(Date.now() - 60_000),
    notAfter: life.notAfter ?? new Date(Date.now() + 3_600_000),
  };
}

function usagesOf(usages: readonly Usage[]): x509.Extension[] {
  return usages.length === 0
    ? []
    : [new x509.ExtendedKeyUsageExtension(usages.map((usage) => x509.ExtendedKeyUsage[usage]))];
}

function alternativeNames(subject: Subject): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...(subject.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(subject.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
}

/** Positive, never zero, and of a fixed length, as a CA's random serials are. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString("hex");
}

const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString("pem")}\n`;

function privatePem(keys: webcrypto.CryptoKeyPair): string {
  return KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
}
