/** What must be so of a world of tunnels, or else whoever made it has made a mistake. */
import type { Connection } from "./connection.ts";
import type { AzureEnd, Tunnel } from "./tunnel.ts";
import type { VpnWorld } from "./world.ts";

/** Throws for a tunnel that leads nowhere: a person's mistake, not a refusal. */
export function azureOf({ name, azure }: Tunnel): AzureEnd {
  if (azure === undefined) throw new Error(`${name} has no end in Azure`);
  return azure;
}

export function connectionOf(world: Pick<VpnWorld, "connection">, { vpnConnectionId }: Tunnel): Connection {
  const connection = world.connection(vpnConnectionId);
  if (connection === undefined) throw new Error(`there is no connection ${vpnConnectionId}`);
  return connection;
}

export function refuseTwins(tunnels: readonly Tunnel[]): void {
  for (const [what, values] of [
    ["name", tunnels.map(({ name }) => name)],
    ["outside IP", tunnels.map(({ outsideIp }) => outsideIp)],
  ] as const) {
    const twin = values.find((value, index) => values.indexOf(value) !== index);
    if (twin !== undefined) throw new Error(`two tunnels have the ${what} ${twin}`);
  }
}
