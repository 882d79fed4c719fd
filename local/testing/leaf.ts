/** Leaves that no honest CA would sign, for the tests of those who must refuse them. */
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Ca, Life, Subject, Usage } from "./certificates.ts";

export interface LeafKey {
  readonly pair: webcrypto.CryptoKeyPair;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
}

export interface LeafOptions extends Subject, Life {
  readonly key: LeafKey;
  /** [] leaves the extended key usage out. */
  readonly usages: readonly Usage[];
  readonly organizationalUnit?: string;
  readonly uris?: readonly string[];
  readonly isCa?: boolean;
}

export async function makeLeafKey(namedCurve: "P-256" | "P-384"): Promise<LeafKey> {
  const pair = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"]);
  return { pair, spki: new Uint8Array(await webcrypto.subtle.exportKey("spki", pair.publicKey)) };
}

/** DER. Times default to "a minute ago" and "in an hour". */
export async function makeLeaf(ca: Ca, options: LeafOptions): Promise<Uint8Array> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(16).toString("hex").slice(1)}`,
    subject: subjectOf(options),
    issuer: ca.certificate.subject,
    notBefore: options.notBefore ?? new Date(Date.now() - 60_000),
    notAfter: options.notAfter ?? new Date(Date.now() + 3_600_000),
    publicKey: options.key.pair.publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: extensionsOf(options),
  });
  return new Uint8Array(certificate.rawData);
}

function subjectOf({ commonName, organization, organizationalUnit }: LeafOptions): x509.JsonName {
  return [
    { CN: [commonName] },
    ...(organization === undefined ? [] : [{ O: [organization] }]),
    ...(organizationalUnit === undefined ? [] : [{ OU: [organizationalUnit] }]),
  ];
}

function extensionsOf({ isCa = false, usages, dnsNames, ipAddresses, uris }: LeafOptions): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...(dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ...(uris ?? []).map((value) => ({ type: "url" as const, value })),
  ];
  const purposes = usages.map((usage) => x509.ExtendedKeyUsage[usage]);
  return [
    new x509.BasicConstraintsExtension(isCa, undefined, true),
    ...(purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(purposes)]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ];
}
