/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The link's tunnels. Those that exist are only named. Those that are created get their gateways and options then
 * and never again: a changed option, even its log, has AWS replace the tunnel's endpoint, and another gateway both
 * (https://docs.aws.amazon.com/vpn/latest/s2svpn/endpoint-replacements.html); no deployment may take a tunnel down. No pre-shared key goes through the deployment or its state.
 */
import type { LinkConnection, LinkTunnel, LinkVpn } from "../shared/link/vpn.ts";
import { type CustomerGateways, createAwsConnection } from "./aws-vpn.ts";
import { connectAzure, networkGroupId, networkProvider } from "./azure-vpn.ts";
import type { CreatedLog } from "./log-group.ts";

/** One tunnel as AWS knows it. */
export interface AwsTunnel {
  vpnConnectionId: $util.Input<string>;
  outsideIp: $util.Input<string>;
}

export interface Vpn {
  /** By the tunnel's name. */
  tunnels: ReadonlyMap<string, AwsTunnel>;
  /** ARNs of the AWS VPN connections. */
  connectionArns: $util.Output<string>[];
  /** Resource ids of the Azure connections, by the tunnel's name. */
  azureConnections: ReadonlyMap<string, $util.Output<string>>;
  /** Resource id of the group that those are in. */
  azureGroupId: $util.Output<string>;
  /** Of the connections that are created here; those of the others are their owner's. */
  logs: readonly CreatedLog[];
}

export function createVpn(vpn: LinkVpn): Vpn {
  const network = networkProvider(vpn);
  const gateways: CustomerGateways = new Map();
  const ends = vpn.connections.map((connection) => ({ connection, ...awsEnd(connection, gateways) }));
  const placed = ends.flatMap(({ connection, id, outsideIps }) =>
    connection.tunnels.map((tunnel, index) => {
      const outsideIp = outsideIps[index];
      if (outsideIp === undefined) throw new Error(`${tunnel.name} has no outside address`);
      return { connection, tunnel, aws: { vpnConnectionId: id, outsideIp } };
    }),
  );
  return {
    tunnels: new Map(placed.map(({ tunnel, aws }) => [tunnel.name, aws])),
    connectionArns: ends.map(({ id }) => connectionArn(id)),
    azureGroupId: networkGroupId(vpn),
    logs: ends.flatMap(({ log }) => (log === undefined ? [] : [log])),
    azureConnections: new Map(
      placed.map(({ connection, tunnel, aws }) => [
        tunnel.name,
        connectAzure({ vpn, connection, tunnel, outsideIp: aws.outsideIp, network }),
      ]),
    ),
  };
}

interface AwsEnd {
  id: $util.Input<string>;
  /** In the order of the link's tunnels. */
  outsideIps: readonly $util.Input<string>[];
  log?: CreatedLog;
}

function awsEnd(connection: LinkConnection, gateways: CustomerGateways): AwsEnd {
  const { aws: wanted, tunnels } = connection;
  if ("create" in wanted) return createAwsConnection(connection, wanted.create, gateways);
  return { id: wanted.adopt, outsideIps: tunnels.map(declaredAddress) };
}

/** The link's checks ask for it where the connection exists. */
function declaredAddress({ name, outsideIp }: LinkTunnel): string {
  if (outsideIp === undefined) throw new Error(`${name} has no outside address`);
  return outsideIp;
}

function connectionArn(id: $util.Input<string>): $util.Output<string> {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return $interpolate`arn:aws:ec2:${region}:${accountId}:vpn-connection/${id}`;
}
