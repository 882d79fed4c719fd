/// <reference path="../.sst/platform/config.d.ts" />
/** What the Function App may do to the pre-shared keys of the link's own connections, where the link has them rotated. */
import { assignRole, defineRole } from "./azure-roles.ts";
import type { Vpn } from "./vpn.ts";

type Azure = Pick<Vpn, "azureConnections" | "azureGroupId">;

/**
 * Reads and sets the key, and nothing else of a connection. Reading took `read` before it took `action`, and the list of
 * operations names only that one (https://learn.microsoft.com/azure/role-based-access-control/permissions/networking): with
 * both, either is enough. A random key, as a reset makes, is not among them: AWS would not take it.
 */
export function allowKeyWork(vpn: Azure, principalId: $util.Output<string>): void {
  const roleId = defineRole({
    logicalName: "ConnectionKeyKeeper",
    thing: "connection-key-keeper",
    description: "Reads and sets the shared key of a VPN connection; changes nothing else of it.",
    scope: vpn.azureGroupId,
    actions: [
      "Microsoft.Network/connections/sharedKey/action",
      "Microsoft.Network/connections/sharedKey/read",
      "Microsoft.Network/connections/sharedKey/write",
    ],
  });
  for (const [tunnel, id] of vpn.azureConnections)
    assignRole(`ConnectionKeyKeeper-${tunnel}`, { principalId, roleId, scope: id });
}
