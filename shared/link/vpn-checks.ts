/** The rules of the link's tunnels that need several of their fields. */
import { duplicates, type Fault } from "./faults.ts";
import { preSharedFaults } from "./pre-shared-checks.ts";
import type { LinkConnection, LinkTunnel, LinkVpn } from "./vpn.ts";

interface Placed {
  readonly at: string;
  readonly connection: LinkConnection;
  readonly tunnel: LinkTunnel;
}

export function vpnFaults(vpn: LinkVpn | undefined): Fault[] {
  if (vpn === undefined) return [];
  const placed = vpn.connections.flatMap((connection, c) =>
    connection.tunnels.map((tunnel, t) => ({
      at: `vpn.connections[${c}].tunnels[${t}]`,
      connection,
      tunnel,
    })),
  );
  return [...uniqueFaults(vpn, placed), ...placed.flatMap(tunnelFaults), ...preSharedFaults(vpn)];
}

function uniqueFaults(vpn: LinkVpn, placed: readonly Placed[]): Fault[] {
  const connections = vpn.connections.map(({ name, aws }, c) => ({ at: `vpn.connections[${c}]`, name, aws }));
  const own = (what: string) => `each ${what} of a link needs its own`;
  return [
    ...duplicates(
      "connection",
      connections.map(({ name, at }) => ({ name, path: `${at}.name` })),
      own("connection"),
    ),
    ...duplicates(
      "VPN connection",
      connections.flatMap(({ aws, at }) =>
        "adopt" in aws ? [{ name: aws.adopt, path: `${at}.aws.adopt` }] : [],
      ),
      "write its second tunnel beside the first",
    ),
    ...duplicates(
      "tunnel",
      placed.map(({ tunnel, at }) => ({ name: tunnel.name, path: `${at}.name` })),
      own("tunnel"),
    ),
    ...duplicates(
      "tunnel's outside address",
      placed.flatMap(({ tunnel: { outsideIp }, at }) =>
        outsideIp === undefined ? [] : [{ name: outsideIp, path: `${at}.outsideIp` }],
      ),
      "both clouds tell tunnels apart by it, so look it up again",
    ),
    ...duplicates(
      "tunnel's network",
      placed.flatMap(({ tunnel: { insideCidr }, at }) =>
        insideCidr === undefined ? [] : [{ name: insideCidr, path: `${at}.insideCidr` }],
      ),
      own("tunnel"),
    ),
    // ARM's names ignore case, so names that differ in it only would be one connection.
    ...duplicates(
      "Azure connection",
      placed.flatMap(({ tunnel: { azure }, at }) =>
        "adopt" in azure ? [{ name: azure.adopt.toLowerCase(), path: `${at}.azure.adopt` }] : [],
      ),
      "an Azure connection ends one tunnel, so name the other tunnel's",
    ),
  ];
}

function tunnelFaults({ at, connection, tunnel }: Placed): Fault[] {
  return [
    ...outsideFaults(connection, tunnel).map((fault) => ({ ...fault, path: `${at}.${fault.path}` })),
    ...insideFaults(connection, tunnel).map((fault) => ({ ...fault, path: `${at}.${fault.path}` })),
    ...bgpFaults(connection, tunnel).map((fault) => ({ ...fault, path: `${at}.${fault.path}` })),
  ];
}

function outsideFaults({ aws }: LinkConnection, { outsideIp }: LinkTunnel): Fault[] {
  const path = "outsideIp";
  if ("adopt" in aws && outsideIp === undefined) {
    const message = `is missing; copy the tunnel's outside address from \`aws ec2 describe-vpn-connections --vpn-connection-ids ${aws.adopt}\``;
    return [{ path, message }];
  }
  if ("create" in aws && outsideIp !== undefined) {
    return [{ path, message: "is chosen by AWS when the connection is created: leave it out" }];
  }
  return [];
}

/** The tunnel's own network is told to what is created, and only there. */
function insideFaults(connection: LinkConnection, { azure, insideCidr }: LinkTunnel): Fault[] {
  const path = "insideCidr";
  const created = "create" in connection.aws || "create" in azure;
  if (!created && insideCidr !== undefined) {
    return [
      { path, message: "belongs to a tunnel that is created, and both ends of this one exist: leave it out" },
    ];
  }
  if (created && connection.routing === "bgp" && insideCidr === undefined) {
    const message = 'is missing; BGP speaks within the tunnel: write a network such as "169.254.21.0/30"';
    return [{ path, message }];
  }
  return [];
}

function bgpFaults({ routing }: LinkConnection, { azure, insideCidr }: LinkTunnel): Fault[] {
  const path = "azure.create.bgpAddresses";
  if (!("create" in azure)) return [];
  const addresses = azure.create.bgpAddresses.map(({ address }) => address);
  if (routing === "static") {
    return addresses.length === 0
      ? []
      : [{ path, message: 'are for routing "bgp", and this connection\'s is "static": leave them out' }];
  }
  const own = insideCidr === undefined ? undefined : azureAddressOf(insideCidr);
  if (own === undefined || addresses.includes(own)) return [];
  const message = `must have ${own}, the second address of ${insideCidr}: write { ipConfiguration: "default", address: "${own}" }`;
  return [{ path, message }];
}

/** AWS takes the first address of a tunnel's network, its customer the second. */
function azureAddressOf(insideCidr: string): string | undefined {
  const [, start, fourth] = /^(.*\.)(\d+)\/30$/.exec(insideCidr) ?? [];
  return start === undefined ? undefined : `${start}${Number(fourth) + 2}`;
}
