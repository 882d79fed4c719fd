/**
 * Connections and local network gateways in the words of Microsoft.Network, as recorded answers show them; the shared
 * key was in those, in clear, and is here.
 */
import { guid } from "../../graph/identifiers.ts";
import { type Connection, insideAddress } from "../../vpn/connection.ts";
import {
  type AzureEnd,
  type AzureStatus,
  type Instant,
  type Tunnel,
  transferredBytes,
} from "../../vpn/tunnel.ts";

type Json = Readonly<Record<string, unknown>>;

export interface ShownTunnel {
  readonly connection: Connection;
  readonly tunnel: Tunnel;
  readonly azure: AzureEnd;
}

export function connectionJson(
  { connection, tunnel, azure }: ShownTunnel,
  status: AzureStatus,
  now: Instant,
): Json {
  const bytes = transferredBytes(tunnel, now);
  return {
    ...resource(azure.connectionId, "Microsoft.Network/connections", azure.location),
    properties: {
      provisioningState: azure.resetting || azure.rekeying ? "Updating" : "Succeeded",
      resourceGuid: guid(azure.connectionId),
      virtualNetworkGateway1: { id: azure.gatewayId },
      localNetworkGateway2: { id: azure.localNetworkGatewayId },
      connectionType: "IPsec",
      connectionProtocol: "IKEv2",
      routingWeight: 10,
      sharedKey: azure.preSharedKey,
      enableBgp: connection.routing === "bgp",
      useLocalAzureIpAddress: false,
      usePolicyBasedTrafficSelectors: false,
      ipsecPolicies: [],
      trafficSelectorPolicies: [],
      connectionStatus: status,
      tunnelConnectionStatus: instances(tunnel, status, bytes),
      ingressBytesTransferred: bytes,
      egressBytesTransferred: bytes,
      dpdTimeoutSeconds: 45,
      connectionMode: azure.connectionMode,
    },
  };
}

export function localNetworkGatewayJson({ connection, tunnel, azure }: ShownTunnel): Json {
  const bgp = {
    asn: connection.awsAsn,
    bgpPeeringAddress: insideAddress(tunnel.aws.settings.tunnelInsideCidr, "aws"),
    peerWeight: 0,
  };
  return {
    ...resource(azure.localNetworkGatewayId, "Microsoft.Network/localNetworkGateways", azure.location),
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: guid(azure.localNetworkGatewayId),
      localNetworkAddressSpace: { addressPrefixes: [] },
      gatewayIpAddress: tunnel.outsideIp,
      ...(connection.routing === "bgp" ? { bgpSettings: bgp } : {}),
    },
  };
}

/**
 * One for each instance of the gateway. AWS's tunnel takes only one of them, so the other is never connected, however
 * well the connection is.
 */
function instances(tunnel: Tunnel, status: AzureStatus, bytes: number): Json[] {
  const instance = (number: number, connectionStatus: AzureStatus, transferred: number) => ({
    tunnel: `${tunnel.outsideIp}_instance${number}`,
    connectionStatus,
    ingressBytesTransferred: transferred,
    egressBytesTransferred: transferred,
    ...(tunnel.upSince === undefined || transferred === 0
      ? {}
      : { lastConnectionEstablishedUtcTime: new Date(tunnel.upSince).toUTCString() }),
  });
  return [instance(0, status, bytes), instance(1, "NotConnected", 0)];
}

function resource(id: string, type: string, location: string): Json {
  return { name: id.split("/").at(-1), id, etag: `W/"${guid(`etag of ${id}`)}"`, type, location };
}
