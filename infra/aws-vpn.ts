/// <reference path="../.sst/platform/config.d.ts" />
/** A VPN connection that is created in AWS, with options that are set this once. */
import type { LinkConnection, LinkTunnel } from "../shared/link/vpn.ts";
import { link } from "./link.ts";
import type { CreatedLog } from "./log-group.ts";
import { stageName } from "./names.ts";
import { retained } from "./retention.ts";

type Wanted = Extract<LinkConnection["aws"], { create: unknown }>["create"];

/** Of each tunnel; `tunnel1` or `tunnel2` stands before it. */
const TUNNEL_OPTIONS = [
  "DpdTimeoutAction",
  "DpdTimeoutSeconds",
  "EnableTunnelLifecycleControl",
  "IkeVersions",
  "InsideCidr",
  "InsideIpv6Cidr",
  "LogOptions",
  "Phase1DhGroupNumbers",
  "Phase1EncryptionAlgorithms",
  "Phase1IntegrityAlgorithms",
  "Phase1LifetimeSeconds",
  "Phase2DhGroupNumbers",
  "Phase2EncryptionAlgorithms",
  "Phase2IntegrityAlgorithms",
  "Phase2LifetimeSeconds",
  "PresharedKey",
  "RekeyFuzzPercentage",
  "RekeyMarginTimeSeconds",
  "ReplayWindowSize",
  "StartupAction",
];

/** All that a deployment could change of a connection without making another: each takes tunnels down. */
const SET_ONCE = [
  ...["tunnel1", "tunnel2"].flatMap((tunnel) => TUNNEL_OPTIONS.map((option) => `${tunnel}${option}`)),
  // To another gateway, the provider moves the connection that is there (ModifyVpnConnection).
  "customerGatewayId",
  "localIpv4NetworkCidr",
  "localIpv6NetworkCidr",
  "presharedKeyStorage",
  "remoteIpv4NetworkCidr",
  "remoteIpv6NetworkCidr",
  "transitGatewayId",
  "tunnelBandwidth",
  "vpnConcentratorId",
  "vpnGatewayId",
];

const LOG_RETENTION_DAYS = 90;

/** By address and AS number: AWS has one customer gateway for both, however often it is asked for. */
export type CustomerGateways = Map<string, $util.Output<string>>;

export function createAwsConnection(connection: LinkConnection, wanted: Wanted, gateways: CustomerGateways) {
  const { name, routing, tunnels } = connection;
  const log = createTunnelLog(name);
  const created = new aws.ec2.VpnConnection(
    `Vpn-${name}`,
    {
      ...gatewayOf(wanted),
      customerGatewayId: customerGateway(gateways, wanted),
      type: "ipsec.1",
      staticRoutesOnly: routing === "static",
      // AWS makes the keys and keeps them in its own secret: the deployment never knows them.
      presharedKeyStorage: "SecretsManager",
      ...tunnelOptions("tunnel1", tunnels[0], log.arn),
      ...tunnelOptions("tunnel2", tunnels[1], log.arn),
      tags: { Name: stageName(name) },
    },
    {
      ...retained,
      ignoreChanges: SET_ONCE,
      additionalSecretOutputs: ["customerGatewayConfiguration", "tunnel1PresharedKey", "tunnel2PresharedKey"],
    },
  );
  if (routing === "static") routeToAzure(name, created.id, wanted);
  return { id: created.id, outsideIps: [created.tunnel1Address, created.tunnel2Address], log };
}

function gatewayOf({ gateway }: Wanted) {
  return gateway.startsWith("tgw-") ? { transitGatewayId: gateway } : { vpnGatewayId: gateway };
}

function customerGateway(gateways: CustomerGateways, { azureIp, azureAsn }: Wanted): $util.Output<string> {
  const key = `${azureIp}-${azureAsn}`;
  const existing = gateways.get(key);
  if (existing !== undefined) return existing;
  const { id } = new aws.ec2.CustomerGateway(
    `CustomerGateway-${key}`,
    { ipAddress: azureIp, bgpAsn: String(azureAsn), type: "ipsec.1", tags: { Name: stageName(azureIp) } },
    retained,
  );
  gateways.set(key, id);
  return id;
}

/** Its name keeps AWS from adding each log to one policy, whose length is limited (https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-logs.html). */
function createTunnelLog(connection: string): CreatedLog {
  const name = `/aws/vendedlogs/${stageName(`vpn-${connection}`)}`;
  const { arn } = new aws.cloudwatch.LogGroup(`VpnLog-${connection}`, {
    name,
    retentionInDays: LOG_RETENTION_DAYS,
  });
  return { name, arn };
}

/**
 * AWS begins the negotiation too, and again when the other end was silent: after a replaced endpoint the tunnel
 * comes back by itself (https://docs.aws.amazon.com/vpn/latest/s2svpn/initiate-vpn-tunnels.html). Maintenance is
 * announced, and can be taken early (https://docs.aws.amazon.com/vpn/latest/s2svpn/tunnel-endpoint-lifecycle.html).
 */
function tunnelOptions(
  prefix: "tunnel1" | "tunnel2",
  tunnel: LinkTunnel | undefined,
  log: $util.Output<string>,
) {
  return {
    [`${prefix}IkeVersions`]: ["ikev2"],
    [`${prefix}StartupAction`]: "start",
    [`${prefix}DpdTimeoutAction`]: "restart",
    [`${prefix}EnableTunnelLifecycleControl`]: true,
    [`${prefix}LogOptions`]: {
      cloudwatchLogOptions: { logEnabled: true, logGroupArn: log, logOutputFormat: "json" },
    },
    ...(tunnel?.insideCidr === undefined ? {} : { [`${prefix}InsideCidr`]: tunnel.insideCidr }),
  };
}

/** A transit gateway has route tables of its own, which are its owner's. */
function routeToAzure(name: string, id: $util.Output<string>, { gateway }: Wanted): void {
  if (gateway.startsWith("tgw-")) return;
  new aws.ec2.VpnConnectionRoute(`VpnRoute-${name}`, {
    vpnConnectionId: id,
    destinationCidrBlock: link.azure.vnet.cidr,
  });
}
