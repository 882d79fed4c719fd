/// <reference path="../.sst/platform/config.d.ts" />
/** What the Function App may do to the link's connections: look at them, and reset one. */
import { assignRole, defineRole } from "./azure-roles.ts";
import type { Vpn } from "./vpn.ts";

type Azure = Pick<Vpn, "azureConnections" | "azureGroupId">;

/**
 * No key can be read or set with this, and nothing be changed but by a reset of one of the link's own connections
 * (https://learn.microsoft.com/azure/role-based-access-control/permissions/networking).
 */
export function allowTunnelWork(vpn: Azure, principalId: $util.Output<string>): void {
  const scope = vpn.azureGroupId;
  const resetterId = defineRole({
    logicalName: "ConnectionResetter",
    thing: "connection-resetter",
    description: "Looks at VPN connections and resets one; reads and sets no shared key.",
    scope,
    actions: ["Microsoft.Network/connections/read", "Microsoft.Network/connections/resetconnection/action"],
  });
  for (const [tunnel, id] of vpn.azureConnections)
    assignRole(`ConnectionResetter-${tunnel}`, { principalId, roleId: resetterId, scope: id });
  // Which gateway a connection leads to is not known before the connection was read.
  const readerId = defineRole({
    logicalName: "GatewayReader",
    thing: "gateway-reader",
    description: "Looks at local network gateways: where a connection leads to.",
    scope,
    actions: ["Microsoft.Network/localNetworkGateways/read"],
  });
  assignRole("GatewayReader", { principalId, roleId: readerId, scope });
}
