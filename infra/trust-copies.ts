/// <reference path="../.sst/platform/config.d.ts" />
/** What the Function App may do to the bunnies' copies of the trust bundle, where the link publishes one. */
import { TRUST_BUNDLE } from "../shared/link/trust.ts";
import { assignRole } from "./azure-roles.ts";
import { stageName, uniqueSuffix } from "./names.ts";
import type { ResourceGroup } from "./resource-group.ts";
import type { Vault } from "./vaults.ts";

/**
 * Reads and sets the one secret of that name in each vault, which holds certificates and no key. It may neither delete
 * nor recover it, and no other secret can be read with this role
 * (https://learn.microsoft.com/azure/role-based-access-control/permissions/security).
 */
export function allowTrustWork(
  group: ResourceGroup,
  principalId: $util.Output<string>,
  vaults: readonly Vault[],
): void {
  const role = new azurenative.authorization.RoleDefinition("TrustPublisher", {
    roleName: $interpolate`${stageName("trust-publisher")}-${uniqueSuffix("trust-publisher")}`,
    description: "Reads and sets the trust bundle in a bunny's vault; reaches no other secret.",
    scope: group.id,
    assignableScopes: [group.id],
    permissions: [
      {
        actions: [],
        notActions: [],
        dataActions: [
          "Microsoft.KeyVault/vaults/secrets/getSecret/action",
          "Microsoft.KeyVault/vaults/secrets/setSecret/action",
        ],
        notDataActions: [],
      },
    ],
  });
  for (const { bunny, id } of vaults) {
    const scope = $interpolate`${id}/secrets/${TRUST_BUNDLE}`;
    assignRole(`TrustPublisher-${bunny}`, { principalId, roleId: role.id, scope });
  }
}
