/**
 * What Azure would answer for each resource of the deployment, besides its inputs: its resource id, and
 * what Azure makes up (host names, endpoints, ids of identities). A type that is not in the table fails
 * the evaluation.
 */
import { guid, SUBSCRIPTION_ID, TENANT_ID } from "./identifiers.ts";
import type { MockResource, MockState } from "./mock.ts";

type State = (resource: MockResource, scope: string) => MockState;

/** A resource in a resource group; `nameInput` is the input that holds its name. */
const inGroup =
  (
    type: string,
    nameInput: string,
    more: (name: string, resource: MockResource) => Record<string, unknown> = () => ({}),
  ): State =>
  (resource, scope) => {
    const name = required(resource, nameInput);
    return { id: `${scope}/providers/${type}/${name}`, state: { name, ...more(name, resource) } };
  };

const vault = inGroup("Microsoft.KeyVault/vaults", "vaultName", (name, { inputs }) => ({
  properties: { ...Object(inputs["properties"]), vaultUri: `https://${name}.vault.azure.net/` },
}));

const storageAccount = inGroup("Microsoft.Storage/storageAccounts", "accountName", (name) => ({
  primaryEndpoints: {
    blob: `https://${name}.blob.core.windows.net/`,
    table: `https://${name}.table.core.windows.net/`,
  },
}));

const webApp = inGroup("Microsoft.Web/sites", "name", (name) => ({
  defaultHostName: `${name}.azurewebsites.net`,
  identity: { type: "SystemAssigned", principalId: guid(`principal of site ${name}`), tenantId: TENANT_ID },
}));

const identity = inGroup("Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName", (name) => ({
  principalId: guid(`principal of identity ${name}`),
  clientId: guid(`client of identity ${name}`),
  tenantId: TENANT_ID,
}));

const federatedCredential: State = (resource, scope) => {
  const name = required(resource, "federatedIdentityCredentialResourceName");
  const owner = `Microsoft.ManagedIdentity/userAssignedIdentities/${required(resource, "resourceName")}`;
  return { id: `${scope}/providers/${owner}/federatedIdentityCredentials/${name}`, state: { name } };
};

const blobContainer: State = (resource, scope) => {
  const name = required(resource, "containerName");
  const account = `Microsoft.Storage/storageAccounts/${required(resource, "accountName")}`;
  return { id: `${scope}/providers/${account}/blobServices/default/containers/${name}`, state: { name } };
};

const table: State = (resource, scope) => {
  const name = required(resource, "tableName");
  const account = `Microsoft.Storage/storageAccounts/${required(resource, "accountName")}`;
  return { id: `${scope}/providers/${account}/tableServices/default/tables/${name}`, state: { name } };
};

const blob: State = (resource) => {
  const [name, container, account] = [
    required(resource, "blobName"),
    required(resource, "containerName"),
    required(resource, "accountName"),
  ];
  const url = `https://${account}.blob.core.windows.net/${container}/${name}`;
  return { id: url, state: { name, url } };
};

/** On or off for one way of publishing to the site. */
const publishingPolicy =
  (policy: string): State =>
  (resource, scope) => ({
    id: `${scope}/providers/Microsoft.Web/sites/${required(resource, "name")}/basicPublishingCredentialsPolicies/${policy}`,
    state: {},
  });

/** In the form that is scoped to what it listens to. */
const eventSubscription: State = (resource) => {
  const name = required(resource, "eventSubscriptionName");
  const scope = required(resource, "scope");
  return { id: `${scope}/providers/Microsoft.EventGrid/eventSubscriptions/${name}`, state: { name } };
};

const authorization =
  (type: string): State =>
  (resource) => {
    const name = guid(`${type} ${resource.name}`);
    return {
      id: `${required(resource, "scope")}/providers/Microsoft.Authorization/${type}/${name}`,
      state: { name },
    };
  };

const STATES: Readonly<Record<string, State>> = {
  "azure-native:authorization:RoleAssignment": authorization("roleAssignments"),
  "azure-native:authorization:RoleDefinition": authorization("roleDefinitions"),
  "azure-native:eventgrid:EventSubscription": eventSubscription,
  "azure-native:keyvault:Vault": vault,
  "azure-native:managedidentity:FederatedIdentityCredential": federatedCredential,
  "azure-native:managedidentity:UserAssignedIdentity": identity,
  "azure-native:network:LocalNetworkGateway": inGroup(
    "Microsoft.Network/localNetworkGateways",
    "localNetworkGatewayName",
  ),
  "azure-native:network:VirtualNetworkGatewayConnection": inGroup(
    "Microsoft.Network/connections",
    "virtualNetworkGatewayConnectionName",
  ),
  "azure-native:resources:ResourceGroup": (resource, scope) => ({
    id: scope,
    state: { name: required(resource, "resourceGroupName") },
  }),
  "azure-native:storage:Blob": blob,
  "azure-native:storage:BlobContainer": blobContainer,
  "azure-native:storage:StorageAccount": storageAccount,
  "azure-native:storage:Table": table,
  "azure-native:web:AppServicePlan": inGroup("Microsoft.Web/serverfarms", "name"),
  "azure-native:web:WebApp": webApp,
  "azure-native:web:WebAppFtpAllowed": publishingPolicy("ftp"),
  "azure-native:web:WebAppScmAllowed": publishingPolicy("scm"),
};

export function azureState(resource: MockResource): MockState {
  const state = STATES[resource.type];
  if (state === undefined)
    throw new Error(`no state is known for ${resource.type}: add it to local/graph/mock-azure.ts`);
  const group = resource.inputs["resourceGroupName"];
  const scope = `/subscriptions/${SUBSCRIPTION_ID}${typeof group === "string" ? `/resourceGroups/${group}` : ""}`;
  return state(resource, scope);
}

/** Azure would make a name up where none is given; the deployment names everything itself. */
function required(resource: MockResource, input: string): string {
  const value = resource.inputs[input];
  if (typeof value !== "string")
    throw new Error(`${resource.type} ${resource.name} has no ${input}: name it in infra/`);
  return value;
}
