/**
 * The link a user wants, as `link.config.ts` declares it. What comes out of parsing is canonical: durations
 * are whole seconds, lists of names are sorted, every default is filled in. Rules that need several fields
 * are in checks.ts.
 */
import * as z from "zod";
import { LinkAllowlists } from "../allowlists/declared.ts";
import { jitterLimitSeconds } from "../certificates/lifetime.ts";
import { KeyKind } from "../certificates/schema.ts";
import { LinkAlerts } from "./alerts.ts";
import { LinkApiKey } from "./api-keys.ts";
import { LinkAuthFailures } from "./auth-failures.ts";
import { CertificateAuthority } from "./certificate-authority.ts";
import { Cidr } from "./cidr.ts";
import { Duration } from "./duration.ts";
import {
  AwsRegion,
  AzureLocation,
  DnsName,
  IamRoleArn,
  IssuerUrl,
  KebabName,
  KubernetesNamespace,
  KubernetesServiceAccount,
  LogGroupName,
  SubjectText,
  TimeZone,
  VaultCertificateName,
} from "./names.ts";
import { Proof } from "./proof.ts";
import { strict } from "./strict.ts";
import { LinkTrust } from "./trust.ts";
import { LinkVpn } from "./vpn.ts";
import { RenewalWindow } from "./window.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const AwsCidr = Cidr(16, 28);
/** https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq */
const AzureCidr = Cidr(2, 29);

const list = <Item extends z.core.SomeType>(item: Item, what: string) =>
  z
    .array(item, { error: `must be a list of ${what}` })
    .min(1, { error: `must have at least one of the ${what}` });

const Aws = strict({
  region: AwsRegion,
  vpc: strict({ cidr: AwsCidr, privateSubnets: list(AwsCidr, "subnets") }).default({
    cidr: "10.0.0.0/16",
    privateSubnets: ["10.0.1.0/24", "10.0.2.0/24"],
  }),
  /** Account-wide: "adopt" where the account has it on already, "create" where this link turns it on. */
  outboundIdentityFederation: z
    .enum(["create", "adopt"], { error: 'must be "create" or "adopt"' })
    .default("create"),
});

const Azure = strict({
  location: AzureLocation,
  vnet: strict({ cidr: AzureCidr, subnets: list(AzureCidr, "subnets") }).default({
    cidr: "10.10.0.0/16",
    subnets: ["10.10.1.0/24"],
  }),
});

/** EventBridge Scheduler fires at most once a minute (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html). */
const CheckEvery = Duration().refine((seconds) => seconds % 60 === 0, {
  error: "must be whole minutes: the schedule fires at most once a minute",
});

const Schedule = strict({ checkEvery: CheckEvery.default(900), timeZone: TimeZone.default("UTC") }).transform(
  ({ checkEvery, timeZone }) => ({ checkEverySeconds: checkEvery, timeZone }),
);

const DNS_NAMES_MAX = 100;
const CertificateIdentity = strict({
  commonName: SubjectText,
  organization: SubjectText.optional(),
  dnsNames: z
    .array(DnsName, { error: "must be a list of DNS names" })
    .max(DNS_NAMES_MAX, { error: `must have at most ${DNS_NAMES_MAX} DNS names` })
    .refine((names) => new Set(names).size === names.length, {
      error: "names one DNS name twice: write it once",
    })
    .transform((names) => names.toSorted())
    .default([]),
});

const RENEW_AT = "must be a fraction of the lifetime between 0 and 1, such as 2 / 3";
const RenewAt = z
  .number({ error: RENEW_AT })
  .gt(0, { error: `would renew at once, again and again: it ${RENEW_AT}` })
  .lt(1, { error: `would renew at or after the certificate's end: it ${RENEW_AT}` });

/** How a certificate lives, whoever it is for. */
const CERTIFICATE_LIFE = {
  key: KeyKind.default({ type: "EC", curve: "P-256" }),
  lifetime: Duration().default(604_800),
  renewAt: RenewAt.default(2 / 3),
  jitter: Duration({ zero: true }).optional(),
  window: RenewalWindow.optional(),
  proof: Proof.default("observed"),
  proofWithin: Duration().default(1_800),
};
type CertificateLife = z.output<z.ZodObject<typeof CERTIFICATE_LIFE>>;

const LinkCertificate = strict({
  name: VaultCertificateName,
  identity: CertificateIdentity,
  ...CERTIFICATE_LIFE,
}).transform(({ name, identity, ...life }) => ({ name, identity, ...toLife(life) }));

function toLife({ lifetime, jitter, proofWithin, proof, window, ...rest }: CertificateLife) {
  return {
    ...rest,
    ...(window === undefined ? {} : { window }),
    lifetimeSeconds: lifetime,
    jitterMaxSeconds: jitter ?? defaultJitterSeconds(lifetime, rest.renewAt),
    proof,
    proofWithinSeconds: proofWithin,
  };
}

const JITTER_PARTS = 20;

/** A twentieth of the lifetime, or as much of it as an early renewal point leaves. */
function defaultJitterSeconds(lifetimeSeconds: number, renewAt: number): number {
  const most = jitterLimitSeconds(lifetimeSeconds, renewAt);
  return Math.max(0, Math.min(Math.floor(lifetimeSeconds / JITTER_PARTS), most));
}

const Readers = list(IamRoleArn, "role ARNs")
  .refine((arns) => new Set(arns).size === arns.length, { error: "names one role twice: write it once" })
  .transform((arns) => arns.toSorted());

const RELAY_CERTIFICATE = "relay-server";
/** relay's server certificate; what is not said of its identity is taken from relay's host. */
const RelayCertificate = strict({
  name: VaultCertificateName.default(RELAY_CERTIFICATE),
  identity: CertificateIdentity.optional(),
  ...CERTIFICATE_LIFE,
  /** Who may read the secret, and so the private key: roles of relay's pods. */
  readers: Readers,
});

const Port = "must be a port from 1 to 65535";
const Relay = strict({
  host: DnsName,
  port: z.int({ error: Port }).min(1, { error: Port }).max(65_535, { error: Port }).default(443),
  log: strict({ group: LogGroupName, create: z.boolean({ error: "must be true or false" }) }),
  certificate: RelayCertificate.optional(),
  /** Who may read what relay is given besides, such as API keys; left out, whoever may read its certificate. */
  readers: Readers.optional(),
}).transform(({ certificate, readers, ...relay }) => ({
  ...relay,
  readers: readers ?? certificate?.readers ?? [],
  ...(certificate === undefined ? {} : { certificate: toRelayCertificate(certificate, relay.host) }),
}));

function toRelayCertificate(written: z.output<typeof RelayCertificate>, host: string) {
  const { name, identity = { commonName: host, dnsNames: [host] }, readers, ...life } = written;
  return { name, identity, ...toLife(life), readers };
}

const Bunny = strict({
  name: KebabName(2, 20),
  /** The Kubernetes service account that alone may read this bunny's certificates. */
  workload: strict({
    issuer: IssuerUrl,
    namespace: KubernetesNamespace,
    serviceAccount: KubernetesServiceAccount,
  }),
  certificates: list(LinkCertificate, "certificates"),
  /** Left out, relay lets it in by its certificate alone. */
  apiKeys: z.array(LinkApiKey, { error: "must be a list of API keys" }).default([]),
});

export const Link = strict({
  name: KebabName(3, 20),
  aws: Aws,
  azure: Azure,
  relay: Relay,
  certificateAuthority: CertificateAuthority,
  certificates: Schedule.prefault({}),
  bunnies: list(Bunny, "bunnies"),
  /** Left out, each side looks after whom it trusts by itself. */
  trust: LinkTrust.optional(),
  /** Left out, nobody looks after the tunnels. */
  vpn: LinkVpn.optional(),
  /** Left out, nobody looks after the rules of any group. */
  allowlists: LinkAllowlists.optional(),
  /** Left out, nobody looks for refused callers. */
  authFailures: LinkAuthFailures.optional(),
  /** Left out, incidents go out as events only. */
  alerts: LinkAlerts.optional(),
});

/** A parsed link. */
export type Link = z.output<typeof Link>;
/** A link as `link.config.ts` writes it. */
export type LinkInput = z.input<typeof Link>;
export type LinkBunny = Link["bunnies"][number];
export type LinkCertificate = LinkBunny["certificates"][number];
