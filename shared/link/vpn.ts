/**
 * The link's tunnels: which AWS VPN connections carry them, and which Azure connection is the other end of each.
 * Both ends are joined by the outside IP address of the AWS tunnel, never by an order. A tunnel that exists is only
 * named here; what is needed to create one is asked for where one is to be created, and nowhere else.
 */
import * as z from "zod";
import { Duration } from "./duration.ts";
import {
  AzureConnectionName,
  AzureResourceName,
  IpAddress,
  KebabName,
  ResourceGroupName,
  SubscriptionId,
  VpnConnectionId,
  VpnGatewayId,
} from "./names.ts";
import { KeyStorage, LinkPreSharedKeys } from "./pre-shared-keys.ts";
import { strict } from "./strict.ts";

/** https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-vpn-faq#bgp: 32-bit, and not one that Azure reserves. */
const Asn = (standard: number) => {
  const error = `must be a BGP AS number from 1 to 4294967294, such as ${standard}`;
  return z.int({ error }).min(1, { error }).max(4_294_967_294, { error }).default(standard);
};
/** What either gateway has unless its owner says otherwise. */
const AZURE_ASN = 65_515;
const AWS_ASN = 64_512;

const CreatedAws = strict({
  /** A virtual private gateway or a transit gateway that exists. */
  gateway: VpnGatewayId,
  /** The public address of the Azure gateway's instance that these tunnels end at. */
  azureIp: IpAddress,
  azureAsn: Asn(AZURE_ASN),
});

const CreatedAzure = strict({
  /** The virtual network gateway, which exists, in the link's resource group. */
  gateway: AzureResourceName,
  awsAsn: Asn(AWS_ASN),
  /** BGP only: the gateway's address within the tunnel, for each of its IP configurations. */
  bgpAddresses: z
    .array(strict({ ipConfiguration: AzureResourceName, address: IpAddress }), {
      error: 'must be a list such as [{ ipConfiguration: "default", address: "169.254.21.2" }]',
    })
    .default([]),
});

/** One object to the user, one of two to the rest: what exists, or what to create. */
const either = <Adopt extends z.ZodType, Create extends z.ZodType>(
  adopt: Adopt,
  create: Create,
  example: string,
) =>
  strict({ adopt: adopt.optional(), create: create.optional() }).transform(
    (written, context): { readonly adopt: z.output<Adopt> } | { readonly create: z.output<Create> } => {
      const { adopt, create } = written;
      if (adopt !== undefined && create === undefined) return { adopt };
      if (adopt === undefined && create !== undefined) return { create };
      const message = `either adopts or creates: write { adopt: "${example}" } or { create: { … } }, not both`;
      context.issues.push({ code: "custom", message, input: written });
      return z.NEVER;
    },
  );

const LinkTunnel = strict({
  name: KebabName(2, 30),
  outsideIp: IpAddress.optional(),
  insideCidr: z
    .string({ error: 'must be a network of four addresses such as "169.254.21.0/30"' })
    .refine(isInsideCidr, {
      error:
        'is no network that both clouds take within a tunnel: write a /30 of 169.254.21.0 to 169.254.22.255, such as "169.254.21.0/30"',
    })
    .optional(),
  azure: either(AzureConnectionName, CreatedAzure, "aws-one-a"),
});

/**
 * AWS takes a /30 of 169.254.0.0/16, Azure only a part of that:
 * https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-howto-aws-bgp
 */
function isInsideCidr(text: string): boolean {
  const fourth = /^169\.254\.2[12]\.(0|[1-9]\d{0,2})\/30$/.exec(text)?.[1];
  return fourth !== undefined && Number(fourth) <= 252 && Number(fourth) % 4 === 0;
}

/** An AWS VPN connection has two tunnels, of which one may be unused. */
export const TUNNELS_PER_CONNECTION_MAX = 2;

const LinkConnection = strict({
  name: KebabName(2, 30),
  aws: either(VpnConnectionId, CreatedAws, "vpn-0a1b2c3d4e5f60718"),
  routing: z.enum(["bgp", "static"], { error: 'must be "bgp" or "static"' }).default("bgp"),
  /** Of one that exists; left out, "standard", which is AWS's own default. */
  keyStorage: KeyStorage.optional(),
  tunnels: z
    .array(LinkTunnel, { error: "must be a list of tunnels" })
    .min(1, { error: "must have at least one of the tunnels" })
    .max(TUNNELS_PER_CONNECTION_MAX, {
      error: `has more than ${TUNNELS_PER_CONNECTION_MAX} tunnels, which is all that a VPN connection has: write another connection`,
    }),
});

const count = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

export const LinkVpn = strict({
  azure: strict({ resourceGroup: ResourceGroupName, subscription: SubscriptionId.optional() }),
  connections: z
    .array(LinkConnection, { error: "must be a list of connections" })
    .min(1, { error: "must have at least one of the connections" }),
  repair: z.enum(["on", "off"], { error: 'must be "on" or "off"' }).default("on"),
  repairAfter: Duration().default(180),
  repairBackOff: Duration().default(600),
  repairsPerDay: count(0, 100).default(4),
  flap: strict({ count: count(2, 50).default(3), within: Duration().default(3_600) }).prefault({}),
  maintenanceWarning: Duration().default(604_800),
  /** Left out, nobody looks after the tunnels' keys. */
  preSharedKeys: LinkPreSharedKeys.optional(),
}).transform(({ repairAfter, repairBackOff, flap, maintenanceWarning, ...rest }) => ({
  ...rest,
  repairAfterSeconds: repairAfter,
  repairBackOffSeconds: repairBackOff,
  flap: { count: flap.count, withinSeconds: flap.within },
  maintenanceWarningSeconds: maintenanceWarning,
}));

export type LinkVpn = z.output<typeof LinkVpn>;
export type LinkConnection = LinkVpn["connections"][number];
export type LinkTunnel = LinkConnection["tunnels"][number];
