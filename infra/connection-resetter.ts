/// <reference path="../.sst/platform/config.d.ts" />
/** What the Function App may do to the link's connections: look at them, and reset one. */
import { assignRole } from "./azure-roles.ts";
import { stageName, uniqueSuffix } from "./names.ts";

/**
 * `groupId` is the resource group that the connections are in. No key can be read or set with this, and nothing be
 * changed but by a reset (https://learn.microsoft.com/azure/role-based-access-control/permissions/networking).
 */
export function allowTunnelWork(groupId: $util.Output<string>, principalId: $util.Output<string>): void {
  const role = new azurenative.authorization.RoleDefinition("ConnectionResetter", {
    roleName: $interpolate`${stageName("connection-resetter")}-${uniqueSuffix("connection-resetter")}`,
    description: "Looks at VPN connections and resets one; reads and sets no shared key.",
    scope: groupId,
    assignableScopes: [groupId],
    permissions: [
      {
        actions: [
          "Microsoft.Network/connections/read",
          "Microsoft.Network/connections/resetconnection/action",
          "Microsoft.Network/localNetworkGateways/read",
        ],
        notActions: [],
        dataActions: [],
        notDataActions: [],
      },
    ],
  });
  assignRole("ConnectionResetter", { principalId, roleId: role.id, scope: groupId });
}
