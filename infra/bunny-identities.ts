/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Who each bunny is to Azure: an identity that only the tokens of its own Kubernetes service account can
 * take on, and that can read only what is that bunny's: its certificates with their keys, its API keys, and the trust
 * bundle where the link publishes one.
 */
import type { LinkBunny } from "../shared/link/schema.ts";
import { TRUST_BUNDLE } from "../shared/link/trust.ts";
import { assignRole, builtInRole } from "./azure-roles.ts";
import { link } from "./link.ts";
import { stageName } from "./names.ts";
import type { ResourceGroup } from "./resource-group.ts";
import type { Vault } from "./vaults.ts";

/** The audience that Azure expects in a token of a Kubernetes service account. */
const AUDIENCE = "api://AzureADTokenExchange";

/** Returns the client id of each bunny's identity, by the bunny's name. */
export function createBunnyIdentities(
  group: ResourceGroup,
  bunnies: readonly LinkBunny[],
  vaults: readonly Vault[],
): ReadonlyMap<string, $util.Output<string>> {
  const clientIds = new Map<string, $util.Output<string>>();
  for (const bunny of bunnies) {
    const vault = vaults.find((it) => it.bunny === bunny.name);
    if (vault === undefined) throw new Error(`${bunny.name} has no vault`);
    const { principalId, clientId } = createIdentity(group, bunny);
    clientIds.set(bunny.name, clientId);
    for (const secret of secretsOf(bunny)) {
      assignRole(`SecretsUser-${bunny.name}-${secret}`, {
        principalId,
        roleId: builtInRole("Key Vault Secrets User"),
        scope: $interpolate`${vault.id}/secrets/${secret}`,
      });
    }
  }
  return clientIds;
}

/** A certificate with its private key is read as the secret of the same name. */
const secretsOf = ({ certificates, apiKeys }: LinkBunny): string[] => [
  ...[...certificates, ...apiKeys].map(({ name }) => name),
  ...(link.trust === undefined ? [] : [TRUST_BUNDLE]),
];

function createIdentity(group: ResourceGroup, { name, workload }: LinkBunny) {
  const identity = new azurenative.managedidentity.UserAssignedIdentity(`Identity-${name}`, {
    resourceGroupName: group.name,
    location: group.location,
    resourceName: stageName(name),
  });
  new azurenative.managedidentity.FederatedIdentityCredential(`Federation-${name}`, {
    resourceGroupName: group.name,
    resourceName: identity.name,
    federatedIdentityCredentialResourceName: "kubernetes",
    issuer: workload.issuer,
    subject: `system:serviceaccount:${workload.namespace}:${workload.serviceAccount}`,
    audiences: [AUDIENCE],
  });
  return identity;
}
