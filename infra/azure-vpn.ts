/// <reference path="../.sst/platform/config.d.ts" />
/** The Azure end of a tunnel: one connection for each, which exists or is created, to what AWS calls its outside address. */
import type { LinkConnection, LinkTunnel, LinkVpn } from "../shared/link/vpn.ts";
import { link } from "./link.ts";
import { azureAccount, stageName } from "./names.ts";
import { retained } from "./retention.ts";

export interface AzureEnd {
  vpn: LinkVpn;
  connection: LinkConnection;
  tunnel: LinkTunnel;
  outsideIp: $util.Input<string>;
  network: NetworkProvider;
}

/** Where the network is in another subscription than the one that is deployed to. */
export type NetworkProvider = { provider?: azurenative.Provider };

export function networkProvider({ azure }: LinkVpn): NetworkProvider {
  if (azure.subscription === undefined) return {};
  return { provider: new azurenative.Provider("Network", { subscriptionId: azure.subscription }) };
}

type Wanted = Extract<LinkTunnel["azure"], { create: unknown }>["create"];

/** Returns the resource id of the connection. */
export function connectAzure(end: AzureEnd): $util.Output<string> {
  const { vpn, tunnel } = end;
  const { azure: wanted } = tunnel;
  if ("create" in wanted) return createConnection(end, wanted.create);
  return networkId(vpn, "connections", wanted.adopt);
}

/** The resource id of the group that the network is in. */
export function networkGroupId({ azure }: LinkVpn): $util.Output<string> {
  const subscription = azure.subscription ?? azureAccount().subscriptionId;
  return $interpolate`/subscriptions/${subscription}/resourceGroups/${azure.resourceGroup}`;
}

function networkId(vpn: LinkVpn, type: string, name: string): $util.Output<string> {
  return $interpolate`${networkGroupId(vpn)}/providers/Microsoft.Network/${type}/${name}`;
}

function createConnection(end: AzureEnd, wanted: Wanted): $util.Output<string> {
  const { vpn, connection, tunnel } = end;
  const bgp = connection.routing === "bgp";
  const gatewayId = networkId(vpn, "virtualNetworkGateways", wanted.gateway);
  const other = createLocalNetworkGateway(end, wanted);
  const created = new azurenative.network.VirtualNetworkGatewayConnection(
    `AzureConnection-${tunnel.name}`,
    {
      ...placeOf(vpn),
      virtualNetworkGatewayConnectionName: stageName(tunnel.name),
      connectionType: "IPsec",
      connectionProtocol: "IKEv2",
      // Azure begins the negotiation too, and answers when AWS does.
      connectionMode: "Default",
      enableBgp: bgp,
      gatewayCustomBgpIpAddresses: wanted.bgpAddresses.map(({ ipConfiguration, address }) => ({
        ipConfigurationId: $interpolate`${gatewayId}/ipConfigurations/${ipConfiguration}`,
        customBgpIpAddress: address,
      })),
      virtualNetworkGateway1: { id: gatewayId },
      localNetworkGateway2: { id: other },
    },
    // The key is set by hand (docs/deploy.md) or by a rotation: a deployment that writes the connection must leave it alone.
    { ...retained, ...end.network, ignoreChanges: ["sharedKey"] },
  );
  return created.id;
}

/** What Azure is told of the AWS end: with BGP its addresses come by themselves, without it they are the VPC's. */
function createLocalNetworkGateway(end: AzureEnd, { awsAsn }: Wanted): $util.Output<string> {
  const { vpn, connection, tunnel, outsideIp, network } = end;
  const routing =
    connection.routing === "bgp"
      ? { bgpSettings: { asn: awsAsn, bgpPeeringAddress: awsAddress(tunnel) } }
      : { localNetworkAddressSpace: { addressPrefixes: [link.aws.vpc.cidr] } };
  const gateway = new azurenative.network.LocalNetworkGateway(
    `LocalNetworkGateway-${tunnel.name}`,
    {
      ...placeOf(vpn),
      localNetworkGatewayName: stageName(tunnel.name),
      gatewayIpAddress: outsideIp,
      ...routing,
    },
    { ...retained, ...network },
  );
  return gateway.id;
}

function placeOf({ azure }: LinkVpn) {
  return { resourceGroupName: azure.resourceGroup, location: link.azure.location };
}

/** AWS takes the first address of a tunnel's network (https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-howto-aws-bgp). */
function awsAddress({ name, insideCidr }: LinkTunnel): string {
  const [, start, fourth] = /^(.*\.)(\d+)\/30$/.exec(insideCidr ?? "") ?? [];
  if (start === undefined) throw new Error(`${name} has no network of its own`);
  return `${start}${Number(fourth) + 1}`;
}
