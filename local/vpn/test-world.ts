/** Two connections of one tunnel each, as an active-active gateway has them, and time that passes when it is told to. */
import { type ManualTimers, manualTimers } from "../aws/manual-timers.ts";
import type { NewConnection, NewTunnel } from "./connection.ts";
import type { Durations } from "./durations.ts";
import { VpnWorld } from "./world.ts";

export const startMs = Date.parse("2026-11-21T08:00:00Z");
export const firstId = "vpn-0a1b2c3d4e5f60718";
export const secondId = "vpn-0b1b2c3d4e5f60718";
export const subscriptionId = "00000000-0000-4000-8000-000000000000";
export const network = `/subscriptions/${subscriptionId}/resourceGroups/rg-link/providers/Microsoft.Network`;

export function azureEnd(name: string): NonNullable<NewTunnel["azure"]> {
  return {
    connectionId: `${network}/connections/aws-${name}`,
    gatewayId: `${network}/virtualNetworkGateways/gw`,
    localNetworkGatewayId: `${network}/localNetworkGateways/lng-${name}`,
  };
}

export const twoConnections: readonly NewConnection[] = [
  {
    vpnConnectionId: firstId,
    gateway: { vpnGatewayId: "vgw-0d" },
    tags: { link: "relay-bunny" },
    tunnels: [
      {
        name: "one-a",
        outsideIp: "198.51.100.10",
        insideCidr: "169.254.21.0/30",
        azure: azureEnd("one-a"),
        settings: { enableTunnelLifecycleControl: true },
      },
      { name: "198.51.100.11", outsideIp: "198.51.100.11", insideCidr: "169.254.22.0/30" },
    ],
  },
  {
    vpnConnectionId: secondId,
    gateway: { vpnGatewayId: "vgw-0d" },
    tunnels: [
      {
        name: "two-a",
        outsideIp: "198.51.100.20",
        insideCidr: "169.254.21.4/30",
        azure: azureEnd("two-a"),
      },
    ],
  },
];

/** One connection of one tunnel, `a`. */
export function oneTunnel(change: Partial<NewTunnel>, routing: "bgp" | "static" = "bgp") {
  const tunnel = {
    name: "a",
    outsideIp: "198.51.100.1",
    insideCidr: "169.254.21.0/30",
    azure: azureEnd("a"),
  };
  const connection = { vpnConnectionId: firstId, gateway: { transitGatewayId: "tgw-0e" }, routing };
  return [{ ...connection, tunnels: [{ ...tunnel, ...change }] }];
}

export interface TestWorld {
  readonly world: VpnWorld;
  readonly timers: ManualTimers;
  /** `kind tunnel` of each change, in order. */
  readonly changes: readonly string[];
}

export function testWorld(
  options: {
    readonly connections?: readonly NewConnection[];
    readonly durations?: Durations;
    readonly startMs?: number;
    readonly draw?: () => number;
  } = {},
): TestWorld {
  const timers = manualTimers(options.startMs ?? startMs);
  const world = new VpnWorld({
    timers,
    connections: options.connections ?? twoConnections,
    ...(options.durations === undefined ? {} : { durations: options.durations }),
    ...(options.draw === undefined ? {} : { draw: options.draw }),
  });
  const changes: string[] = [];
  world.onChange(({ kind, tunnel }) => changes.push(`${kind} ${tunnel.name}`));
  return { world, timers, changes };
}
