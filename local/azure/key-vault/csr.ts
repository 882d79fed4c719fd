/**
 * What the vault signs: the CSR of a pending certificate, and a self-signed one for issuer "Self". Recorded CSRs
 * ask for key usage (critical), extended key usage and, always, basic constraints "not a CA"; where the
 * subject's alternative names stand among them is not known and does not matter to a parser.
 */
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { signingAlgorithm, type VaultKey } from "./keys.ts";
import { KEY_USAGES, type Policy, type SubjectAlternativeNames } from "./policy.ts";
import { parseSubject } from "./subject.ts";

export async function createCsr(policy: Policy, key: VaultKey): Promise<Buffer> {
  const csr = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: parseSubject(policy.wire.x509_props.subject),
      keys: key.pair,
      signingAlgorithm: signingAlgorithm(key.spec),
      extensions: requestedExtensions(policy),
    },
    webcrypto,
  );
  return Buffer.from(csr.rawData);
}

export async function selfSign(policy: Policy, key: VaultKey): Promise<Buffer> {
  const notBefore = new Date();
  const notAfter = new Date(notBefore);
  notAfter.setMonth(notAfter.getMonth() + policy.wire.x509_props.validity_months);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: `4${randomBytes(16).toString("hex").slice(1)}`,
      name: parseSubject(policy.wire.x509_props.subject),
      notBefore,
      notAfter,
      keys: key.pair,
      signingAlgorithm: signingAlgorithm(key.spec),
      extensions: requestedExtensions(policy),
    },
    webcrypto,
  );
  return Buffer.from(certificate.rawData);
}

function requestedExtensions(policy: Policy): x509.Extension[] {
  const { key_usage, ekus, sans } = policy.wire.x509_props;
  const names = generalNames(sans);
  return [
    ...(key_usage.length === 0 ? [] : [new x509.KeyUsagesExtension(keyUsageFlags(key_usage), true)]),
    ...(ekus.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(ekus)]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    new x509.BasicConstraintsExtension(false),
  ];
}

function keyUsageFlags(usages: readonly (typeof KEY_USAGES)[number][]): number {
  // The flags of X.509 are the bits of this list's order.
  return usages.reduce((flags, usage) => flags | (1 << KEY_USAGES.indexOf(usage)), 0);
}

function generalNames(sans: SubjectAlternativeNames): x509.JsonGeneralNames {
  const named = (type: x509.GeneralNameType, values: readonly string[] = []) =>
    values.map((value) => ({ type, value }));
  return [
    ...named("dns", sans.dns_names),
    ...named("email", sans.emails),
    ...named("upn", sans.upns),
    ...named("url", sans.uris),
    ...named("ip", sans.ip_addresses),
  ];
}
