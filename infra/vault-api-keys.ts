/// <reference path="../.sst/platform/config.d.ts" />
/** What the Function App may do with API keys in bunny's vaults: put new ones there. */
import { apiKeysOf } from "../shared/keys/api-keys-desired.ts";
import { assignRole } from "./azure-roles.ts";
import { link } from "./link.ts";
import { stageName, uniqueSuffix } from "./names.ts";
import type { ResourceGroup } from "./resource-group.ts";
import type { Vault } from "./vaults.ts";

/**
 * For each key of the link by its name, and no other secret of a vault: adding a version, and looking at versions
 * without their values (https://learn.microsoft.com/azure/role-based-access-control/permissions/security).
 */
export function allowApiKeyWork(
  group: ResourceGroup,
  principalId: $util.Output<string>,
  vaults: readonly Vault[],
): void {
  const keys = apiKeysOf(link);
  if (keys.length === 0) return;
  const role = new azurenative.authorization.RoleDefinition("ApiKeySetter", {
    roleName: $interpolate`${stageName("api-key-setter")}-${uniqueSuffix("api-key-setter")}`,
    description: "Sets API keys in a vault and sees which is there; reads no value of any secret.",
    scope: group.id,
    assignableScopes: [group.id],
    permissions: [
      {
        actions: [],
        notActions: [],
        dataActions: [
          "Microsoft.KeyVault/vaults/secrets/setSecret/action",
          "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
        notDataActions: [],
      },
    ],
  });
  for (const { bunny, desired } of keys) {
    const vault = vaults.find((it) => it.bunny === bunny);
    if (vault === undefined) throw new Error(`${bunny} has no vault`);
    assignRole(`ApiKeySetter-${desired.name}`, {
      principalId,
      roleId: role.id,
      scope: $interpolate`${vault.id}/secrets/${desired.name}`,
    });
  }
}
