/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The private CA that signs the certificates of the link: one that exists, or a new root. Its certificate
 * is also what the Function App pins, so that no other CA's certificate can ever be merged.
 */
import type { Link } from "../shared/link/schema.ts";
import { retained } from "./retention.ts";

export interface CertificateAuthority {
  /** Known once the CA can sign. */
  arn: $util.Output<string>;
  /** The CA's own certificate and those above it, if any, as PEM text. */
  pem: $util.Output<string>;
}

const SIGNING_ALGORITHM = "SHA256WITHECDSA";
const ROOT_TEMPLATE = "arn:aws:acm-pca:::template/RootCACertificate/V1";
const DAY_SECONDS = 86_400;

/** The mode is fixed for a CA's life (https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html). */
const USAGE_MODES = {
  "short-lived": "SHORT_LIVED_CERTIFICATE",
  "general-purpose": "GENERAL_PURPOSE",
} as const;

type Wanted = Link["certificateAuthority"];

export function createCertificateAuthority(wanted: Wanted): CertificateAuthority {
  return "adopt" in wanted ? adoptCertificateAuthority(wanted.adopt) : createRoot(wanted);
}

function adoptCertificateAuthority(arn: string): CertificateAuthority {
  const found = aws.acmpca.getCertificateAuthorityOutput({ arn });
  const pem = $resolve([found.certificate, found.certificateChain]).apply(joinPem);
  return { arn: found.arn, pem };
}

function createRoot({
  commonName,
  mode,
  lifetimeSeconds,
}: Exclude<Wanted, { adopt: string }>): CertificateAuthority {
  const authority = new aws.acmpca.CertificateAuthority(
    "CertificateAuthority",
    {
      type: "ROOT",
      usageMode: USAGE_MODES[mode],
      certificateAuthorityConfiguration: {
        keyAlgorithm: "EC_prime256v1",
        signingAlgorithm: SIGNING_ALGORITHM,
        subject: { commonName },
      },
      permanentDeletionTimeInDays: 30,
    },
    retained,
  );
  const certificate = new aws.acmpca.Certificate(
    "CertificateAuthoritySelfSigned",
    {
      certificateAuthorityArn: authority.arn,
      certificateSigningRequest: authority.certificateSigningRequest,
      signingAlgorithm: SIGNING_ALGORITHM,
      templateArn: ROOT_TEMPLATE,
      validity: { type: "DAYS", value: wholeDays(lifetimeSeconds) },
    },
    retained,
  );
  const installed = new aws.acmpca.CertificateAuthorityCertificate(
    "CertificateAuthorityCertificate",
    { certificateAuthorityArn: authority.arn, certificate: certificate.certificate },
    retained,
  );
  return {
    arn: installed.certificateAuthorityArn,
    pem: certificate.certificate.apply((pem) => joinPem([pem])),
  };
}

/** A deployment takes no account of the time of day, so a CA's end can only be set in days from its start. */
function wholeDays(lifetimeSeconds: number): string {
  if (lifetimeSeconds % DAY_SECONDS !== 0) {
    throw new Error(
      `certificateAuthority.lifetime is ${lifetimeSeconds} seconds: a CA that is created lives for whole days`,
    );
  }
  return String(lifetimeSeconds / DAY_SECONDS);
}

function joinPem(certificates: string[]): string {
  return certificates
    .filter((pem) => pem !== "")
    .map((pem) => pem.trim())
    .join("\n");
}
