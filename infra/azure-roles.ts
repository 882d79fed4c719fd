/// <reference path="../.sst/platform/config.d.ts" />
/** Who may do what in Azure: the built-in roles that are used here, and how any role is given. */
import { azureAccount, stageName, uniqueSuffix } from "./names.ts";

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const BUILT_IN = {
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
  "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
  "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
} as const;

export interface Assignment {
  principalId: $util.Input<string>;
  roleId: $util.Input<string>;
  scope: $util.Input<string>;
}

export function builtInRole(name: keyof typeof BUILT_IN): $util.Output<string> {
  const { subscriptionId } = azureAccount();
  return $interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${BUILT_IN[name]}`;
}

/**
 * Gives a role to a managed identity. Saying that it is a service principal keeps Azure from looking up an
 * identity that was made a moment ago and is not known everywhere yet
 * (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting).
 */
export function assignRole(name: string, { principalId, roleId, scope }: Assignment) {
  return new azurenative.authorization.RoleAssignment(name, {
    principalId,
    principalType: "ServicePrincipal",
    roleDefinitionId: roleId,
    scope,
  });
}

export interface CustomRole {
  /** Of its resource, such as "ConnectionResetter". */
  logicalName: string;
  /** Of what is deployed, such as "connection-resetter"; with `key`, one of several of it. */
  thing: string;
  key?: string;
  description: string;
  /** The resource group that it can be given in. */
  scope: $util.Output<string>;
  actions: string[];
}

/** A role of our own, of the control plane alone. Returns its id. */
export function defineRole({ logicalName, thing, key, description, scope, actions }: CustomRole) {
  const role = new azurenative.authorization.RoleDefinition(logicalName, {
    roleName: $interpolate`${stageName(thing)}-${uniqueSuffix(key === undefined ? thing : `${thing} ${key}`)}`,
    description,
    scope,
    assignableScopes: [scope],
    permissions: [{ actions, notActions: [], dataActions: [], notDataActions: [] }],
  });
  return role.id;
}
