/**
 * The world of tunnels that a stack runs with: what the link says exists, at the ids and addresses that the
 * deployment was told, adopted ones as if they had always been there.
 */
import * as z from "zod";
import type { Link } from "../../shared/link/schema.ts";
import { DEPLOYED } from "../../shared/runtime/deployed-names.ts";
import type { TunnelReading } from "../aws/cloudwatch/service-metrics.ts";
import { realTimers } from "../aws/timers.ts";
import type { Graph } from "../graph/schema.ts";
import type { NewConnection } from "../vpn/connection.ts";
import { quickened } from "../vpn/durations.ts";
import { generateAzureKey } from "../vpn/pre-shared-key.ts";
import { VpnWorld } from "../vpn/world.ts";

/** As infra/tunnels.ts tells it to the function that watches them. */
const Tunnels = z.record(z.string(), z.object({ vpnConnectionId: z.string(), outsideIp: z.string() }));
type Tunnels = z.infer<typeof Tunnels>;

type Parts = Pick<Graph, "functions" | "resources" | "subscriptionId">;
type LinkConnection = NonNullable<Link["vpn"]>["connections"][number];

export interface VpnOptions {
  readonly link: Link;
  readonly graph: Parts;
  /** How many times as fast as in reality tunnels negotiate, and endpoints are replaced. */
  readonly speed: number;
  /** In [0, 1): how long the next replacement of an endpoint takes. Left out, each takes the least. */
  readonly draw?: () => number;
}

/** A world without tunnels where the link has none. */
export function createVpnWorld({ link, graph, speed, draw }: VpnOptions): VpnWorld {
  const { vpn } = link;
  const told = vpn === undefined ? {} : toldTunnels(graph);
  return new VpnWorld({
    timers: realTimers,
    durations: quickened(speed),
    ...(draw === undefined ? {} : { draw }),
    connections: (vpn?.connections ?? []).map((connection, index) =>
      toConnection({ link, graph, told, connection, index }),
    ),
  });
}

/** What AWS measures of the tunnels that are there: with BGP whether its session is established, and IPsec otherwise. */
export function tunnelStates(world: VpnWorld): TunnelReading[] {
  const there = world.tunnels().filter(({ aws: { endpoint } }) => endpoint !== "deleted");
  return there.map(({ vpnConnectionId: vpnId, outsideIp, routing, aws: { shown } }) => ({
    vpnId,
    outsideIp,
    up: routing === "bgp" ? shown.bgp : shown.ipsec,
  }));
}

function toldTunnels({ functions }: Parts): Tunnels {
  const watch = functions.find(({ name }) => name.endsWith(`-${DEPLOYED.watchTunnels}`));
  const text = watch?.environment["TUNNELS"];
  if (text === undefined) throw new Error("the deployment tells no function of its tunnels");
  return Tunnels.parse(JSON.parse(text));
}

const Tagged = z.object({ tags: z.record(z.string(), z.string()).default({}) });

/** Those of a connection that the deployment creates; of another one nobody says. */
const tagsOf = ({ resources }: Pick<Parts, "resources">, connection: string) =>
  Tagged.parse(resources.find(({ name }) => name === `Vpn-${connection}`)?.inputs ?? {}).tags;

interface Placed {
  readonly link: Link;
  readonly graph: Parts;
  readonly told: Tunnels;
  readonly connection: LinkConnection;
  /** Of the connection in the link. */
  readonly index: number;
}

/** Where the link names no network of a tunnel's own, because the tunnel exists: one for each, of Azure's range. */
const insideCidrOf = (connection: number, tunnel: number) => `169.254.${21 + tunnel}.${4 * connection}/30`;

function toConnection({ link, graph, told, connection, index }: Placed): NewConnection {
  const { aws, routing, tunnels } = connection;
  const find = (name: string) => {
    const found = told[name];
    if (found === undefined) throw new Error(`the deployment was not told of the tunnel ${name}`);
    return found;
  };
  const created = "create" in aws ? aws.create : undefined;
  const [first] = tunnels;
  if (first === undefined) throw new Error(`${connection.name} has no tunnel`);
  return {
    vpnConnectionId: find(first.name).vpnConnectionId,
    tags: tagsOf(graph, connection.name),
    gateway: created?.gateway.startsWith("tgw-")
      ? { transitGatewayId: created.gateway }
      : { vpnGatewayId: created?.gateway ?? "vgw-0a1b2c3d4e5f60718" },
    ...(created === undefined
      ? {}
      : { customerGatewayIp: created.azureIp, azureAsn: created.azureAsn, keyStorage: "SecretsManager" }),
    routing,
    remoteCidrs: [link.azure.vnet.cidr],
    tunnels: tunnels.map((tunnel, at) => ({
      name: tunnel.name,
      outsideIp: find(tunnel.name).outsideIp,
      insideCidr: tunnel.insideCidr ?? insideCidrOf(index, at),
      azure: azureEnd(link, graph, tunnel),
      settings: { enableTunnelLifecycleControl: true },
    })),
  };
}

/**
 * Created ones are in the graph; of adopted ones only the connection's name is known. Azure makes a key of its own for what
 * is created, which somebody has set to AWS's by hand (docs/deploy.md), except where nobody needs to.
 */
function azureEnd(link: Link, graph: Parts, { name, azure }: LinkConnection["tunnels"][number]) {
  const group = `/subscriptions/${link.vpn?.azure.subscription ?? graph.subscriptionId}/resourceGroups/${link.vpn?.azure.resourceGroup}`;
  const network = (type: string, thing: string) => `${group}/providers/Microsoft.Network/${type}/${thing}`;
  const idOf = (logicalName: string, adopted: string) =>
    graph.resources.find((resource) => resource.name === logicalName)?.id ?? adopted;
  const [connection, gateway] = "create" in azure ? [name, azure.create.gateway] : [azure.adopt, "gateway"];
  return {
    ...("create" in azure && link.vpn?.preSharedKeys !== undefined
      ? { preSharedKey: generateAzureKey() }
      : {}),
    connectionId: idOf(`AzureConnection-${name}`, network("connections", connection)),
    localNetworkGatewayId: idOf(`LocalNetworkGateway-${name}`, network("localNetworkGateways", connection)),
    gatewayId: network("virtualNetworkGateways", gateway),
    location: link.azure.location,
  };
}
