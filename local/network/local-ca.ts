/**
 * The certificate authority of one local run: made anew, trusted only by the processes of that run, and gone
 * with it. It lets production URLs be met over real TLS. Its root's key never leaves this process.
 */
import "reflect-metadata";
import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** PEM of both, for `tls.createSecureContext` and its like. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface LocalCa {
  /** PEM file with the root, for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  readonly caPem: string;
  /** The certificate of one DNS name, made at the first call. */
  serverCertificate(host: string): Promise<ServerCertificate>;
  close(): Promise<void>;
}

export async function createLocalCa(): Promise<LocalCa> {
  const keys = await generateKeys();
  const root = await selfSign(keys);
  const caPem = root.toString("pem");
  const directory = await mkdtemp(join(tmpdir(), "warrener-ca-"));
  const caFile = join(directory, "ca.pem");
  await writeFile(caFile, caPem);
  const made = new Map<string, Promise<ServerCertificate>>();
  return {
    caFile,
    caPem,
    serverCertificate(host) {
      const known = made.get(host);
      if (known !== undefined) return known;
      const fresh = issueServerCertificate({ root, signingKey: keys.privateKey, host });
      made.set(host, fresh);
      return fresh;
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function selfSign(keys: webcrypto.CryptoKeyPair): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: ["Warrener local run"] }],
      ...validity(),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
}

async function issueServerCertificate(issuer: {
  readonly root: x509.X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
  readonly host: string;
}): Promise<ServerCertificate> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      // The name stands in the SAN only: a host may be longer than the 64 characters of a common name.
      subject: [{ O: ["Warrener local run"] }],
      issuer: issuer.root.subjectName,
      ...validity(),
      publicKey: keys.publicKey,
      signingKey: issuer.signingKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: issuer.host }]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.root.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return { key, cert: certificate.toString("pem") };
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 30 * DAY_MS) };
}

/** Positive and without a leading zero byte, so its DER is minimal. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | (bytes.readUInt8(0) & 0x3f);
  return bytes.toString("hex");
}
