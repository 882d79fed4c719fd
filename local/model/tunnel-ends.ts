/** Both ends of a link's tunnels in memory. A tunnel is as its test says, and mends by the repair that its test says. */
import type { Rows } from "../../shared/rows/rows.ts";
import type { Clock } from "../../shared/runtime/instant.ts";
import type { AwsTunnels } from "../../shared/tunnels/aws-tunnels.ts";
import type { AzureEnd, DesiredTunnel, Maintenance, RepairKind } from "../../shared/tunnels/schema.ts";
import type { Calls } from "./calls.ts";

export interface ModelTunnel {
  aws: "up" | "down";
  ipsec: "up" | "down";
  azure: AzureEnd["status"];
  provisioning: AzureEnd["provisioning"];
  /** Whether Azure's end is to speak BGP. */
  azureBgp: boolean;
  /** By BGP, while it is up. */
  routes: number;
  /** AWS says nothing of it. */
  isHidden: boolean;
  /** The code with which Azure does not say how it is; null while it does. */
  azureTrouble: string | null;
  outsideIp: string;
  /** The repair that helps; null when none does. */
  mendedBy: RepairKind | null;
  maintenance: Maintenance;
}

export const healthy = (outsideIp: string): ModelTunnel => ({
  aws: "up",
  ipsec: "up",
  azure: "connected",
  provisioning: "succeeded",
  azureBgp: true,
  routes: 2,
  isHidden: false,
  azureTrouble: null,
  outsideIp,
  mendedBy: null,
  maintenance: { pending: false, autoAppliedAt: null },
});

export function tunnelOf(tunnels: ReadonlyMap<string, ModelTunnel>, name: string): ModelTunnel {
  const tunnel = tunnels.get(name);
  if (tunnel === undefined) throw new Error(`there is no tunnel ${name}`);
  return tunnel;
}

export interface Ends {
  readonly calls: Calls;
  readonly tunnels: ReadonlyMap<string, ModelTunnel>;
  readonly desired: readonly DesiredTunnel[];
  readonly states: ReadonlyMap<string, string>;
  readonly repairs: string[];
  /** The hand's own table. */
  readonly rows: Rows;
  readonly clock: Clock;
}

export function mend({ tunnels, repairs }: Ends, name: string, kind: RepairKind): void {
  repairs.push(`${kind} ${name}`);
  const tunnel = tunnelOf(tunnels, name);
  if (tunnel.mendedBy === kind) Object.assign(tunnel, { aws: "up", ipsec: "up", azure: "connected" });
}

export function modelAws(world: Ends): AwsTunnels {
  const { calls, tunnels, desired, states } = world;
  return {
    describe: (ids) =>
      calls.perform("tunnels.describe", ids.join(), () => {
        const connectionOf = (id: string) => {
          const its = desired
            .filter(({ vpnConnectionId }) => vpnConnectionId === id)
            .map(({ name }) => tunnelOf(tunnels, name));
          const shown = its.filter(({ isHidden }) => !isHidden);
          return {
            state: states.get(id) ?? "available",
            addresses: new Set(its.map(({ outsideIp }) => outsideIp)),
            telemetry: new Map(
              shown.map(({ aws: status, outsideIp, routes }) => [
                outsideIp,
                { status, acceptedRoutes: status === "up" ? routes : 0 },
              ]),
            ),
          };
        };
        return new Map(ids.map((id) => [id, connectionOf(id)]));
      }),
    activeStatus: ({ name }) =>
      calls.perform("tunnels.active-status", name, () => ({
        ipsec: tunnelOf(tunnels, name).ipsec,
        provisioning: "available" as const,
      })),
    maintenance: ({ name }) =>
      calls.perform("tunnels.maintenance", name, () => tunnelOf(tunnels, name).maintenance),
    replace: ({ name, vpnConnectionId }) =>
      calls.perform("tunnels.replace", name, () => {
        if (states.get(vpnConnectionId) === "modifying") return { refused: "IncorrectState" };
        mend(world, name, "replace-aws");
        return "begun" as const;
      }),
  };
}
