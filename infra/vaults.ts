/// <reference path="../.sst/platform/config.d.ts" />
/**
 * One Key Vault for each bunny. The private keys of its certificates are made there and leave it only
 * towards that bunny: the Function App's role has no way to read a secret or a key.
 */
import type { LinkBunny } from "../shared/link/schema.ts";
import { vaultStem } from "../shared/runtime/deployed-names.ts";
import { assignRole } from "./azure-roles.ts";
import { azureAccount, stageName, uniqueSuffix } from "./names.ts";
import type { ResourceGroup } from "./resource-group.ts";
import { retained } from "./retention.ts";

export interface Vault {
  bunny: string;
  name: $util.Output<string>;
  id: $util.Output<string>;
  uri: $util.Output<string>;
}

const SOFT_DELETE_DAYS = 90;

export function createVaults(group: ResourceGroup, bunnies: readonly LinkBunny[]): Vault[] {
  return bunnies.map(({ name }) => createVault(group, name));
}

function createVault(group: ResourceGroup, bunny: string): Vault {
  const vault = new azurenative.keyvault.Vault(
    `Vault-${bunny}`,
    {
      resourceGroupName: group.name,
      location: group.location,
      vaultName: $interpolate`${vaultStem(bunny)}-${uniqueSuffix(`vault/${bunny}`)}`,
      properties: {
        tenantId: azureAccount().tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: SOFT_DELETE_DAYS,
        enablePurgeProtection: true,
      },
    },
    retained,
  );
  return {
    bunny,
    name: vault.name,
    id: vault.id,
    uri: vault.properties.apply(({ vaultUri }) => present(vaultUri, bunny)),
  };
}

function present(vaultUri: string | undefined, bunny: string): string {
  if (vaultUri === undefined) throw new Error(`Azure named no URI for the vault of ${bunny}`);
  return vaultUri;
}

/**
 * Lets the Function App make, read and merge certificates, and nothing else. There is no action of its own
 * for merging: it needs "create"; dropping a pending request needs "update"
 * (https://learn.microsoft.com/azure/role-based-access-control/permissions/security).
 */
export function allowCertificateWork(
  group: ResourceGroup,
  principalId: $util.Output<string>,
  vaults: readonly Vault[],
): void {
  const role = new azurenative.authorization.RoleDefinition("CertificateRequester", {
    roleName: $interpolate`${stageName("certificate-requester")}-${uniqueSuffix("certificate-requester")}`,
    description: "Requests, reads and merges certificates in a vault; reads no secret and no private key.",
    scope: group.id,
    assignableScopes: [group.id],
    permissions: [
      {
        actions: [],
        notActions: [],
        dataActions: [
          "Microsoft.KeyVault/vaults/certificates/read",
          "Microsoft.KeyVault/vaults/certificates/create/action",
          "Microsoft.KeyVault/vaults/certificates/update/action",
        ],
        notDataActions: [],
      },
    ],
  });
  for (const { bunny, id } of vaults) {
    assignRole(`CertificateRequester-${bunny}`, { principalId, roleId: role.id, scope: id });
  }
}
