/** How the service shows a CA and certificates on the wire: timestamps in seconds, certificates as PEM. */
import type { X509Certificate } from "@peculiar/x509";
import { type CertificateAuthority, statusOf } from "./authority.ts";

export function describeAuthority(authority: CertificateAuthority, nowMs: number) {
  const { arn, certificate, commonName, organization } = authority;
  const createdAt = authority.createdAtMs / 1000;
  return {
    Arn: arn,
    OwnerAccount: arn.split(":")[4],
    CreatedAt: createdAt,
    LastStateChangeAt: createdAt,
    Type: authority.above.length === 0 ? "ROOT" : "SUBORDINATE",
    Serial: BigInt(`0x${certificate.serialNumber}`).toString(),
    Status: statusOf(authority, nowMs),
    NotBefore: certificate.notBefore.getTime() / 1000,
    NotAfter: certificate.notAfter.getTime() / 1000,
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: authority.keyAlgorithm,
      SigningAlgorithm: authority.signingAlgorithm,
      Subject: {
        CommonName: commonName,
        ...(organization === undefined ? {} : { Organization: organization }),
      },
    },
    RevocationConfiguration: { CrlConfiguration: { Enabled: false }, OcspConfiguration: { Enabled: false } },
    KeyStorageSecurityStandard: "FIPS_140_2_LEVEL_3_OR_HIGHER",
    UsageMode: authority.usageMode,
  };
}

/** PEM text, one certificate after the other, each with lines of 64 characters. */
export function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString("pem")).join("\n");
}
