/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The private CAs that sign the certificates of the link, each one that exists, or a new root. Their certificates
 * are also what the Function App pins, so that no other CA's certificate can ever be merged.
 */
import type { CaRole, LinkCa } from "../shared/link/certificate-authority.ts";
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

type Mode = Link["certificateAuthority"]["mode"];

/** Of a CA's resources. One that takes another's place becomes its own resource: adopt it then, by its ARN. */
const LOGICAL_NAMES: Readonly<Record<CaRole, string>> = {
  issuing: "CertificateAuthority",
  next: "NextCertificateAuthority",
  failover: "FailoverCertificateAuthority",
};

/** Those that the link names. */
export interface CertificateAuthorities {
  issuing: CertificateAuthority;
  next?: CertificateAuthority | undefined;
  failover?: CertificateAuthority | undefined;
}

export function createCertificateAuthorities(wanted: Link["certificateAuthority"]): CertificateAuthorities {
  const { mode, next, failover } = wanted;
  const create = (role: CaRole, ca: LinkCa) =>
    "adopt" in ca ? adoptCertificateAuthority(ca.adopt) : createRoot(LOGICAL_NAMES[role], ca, mode);
  return {
    issuing: create("issuing", wanted),
    ...(next === undefined ? {} : { next: create("next", next) }),
    ...(failover === undefined ? {} : { failover: create("failover", failover) }),
  };
}

export const authorityArns = ({ issuing, next, failover }: CertificateAuthorities): $util.Output<string>[] =>
  [issuing, next, failover].flatMap((ca) => (ca === undefined ? [] : [ca.arn]));

/** Which CAs a function asks to sign, or asks about them (shared/trust/linked.ts). */
export const authorityNames = ({ issuing, next, failover }: CertificateAuthorities) => ({
  CA_ARN: issuing.arn,
  ...(next === undefined ? {} : { NEXT_CA_ARN: next.arn }),
  ...(failover === undefined ? {} : { FAILOVER_CA_ARN: failover.arn }),
});

/** By which certificates they are known to who compares any. */
export const authorityPins = ({ issuing, next, failover }: CertificateAuthorities) => ({
  PINNED_CA: issuing.pem,
  ...(next === undefined ? {} : { PINNED_NEXT_CA: next.pem }),
  ...(failover === undefined ? {} : { PINNED_FAILOVER_CA: failover.pem }),
});

function adoptCertificateAuthority(arn: string): CertificateAuthority {
  const found = aws.acmpca.getCertificateAuthorityOutput({ arn });
  const pem = $resolve([found.certificate, found.certificateChain]).apply(joinPem);
  return { arn: found.arn, pem };
}

function createRoot(
  logicalName: string,
  { commonName, lifetimeSeconds }: Exclude<LinkCa, { adopt: string }>,
  mode: Mode,
): CertificateAuthority {
  const authority = new aws.acmpca.CertificateAuthority(
    logicalName,
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
    `${logicalName}SelfSigned`,
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
    `${logicalName}Certificate`,
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
