/** The Azure half of the graph. */
import path from "node:path";
import { z } from "zod";
import { EventSubscription } from "./event-schema.ts";
import type { FunctionApp, Graph, Resource, Vault } from "./schema.ts";
import { json, only, resourcesOf } from "./views.ts";

export function viewFunctionApp(resources: readonly Resource[], directory: string): FunctionApp {
  const apps = resourcesOf(resources, "azure-native:web:WebApp", {
    name: z.string(),
    defaultHostName: z.string(),
    identity: z.object({ principalId: z.string() }),
    functionAppConfig: z.object({ runtime: z.object({ name: z.literal("node"), version: z.string() }) }),
    siteConfig: z.object({ appSettings: z.array(z.object({ name: z.string(), value: z.string() })) }),
  });
  const packages = resourcesOf(resources, "azure-native:storage:Blob", {
    blobName: z.literal("released-package.zip"),
    source: z.object({ path: z.string() }),
  });
  const app = only(apps, "Function App");
  return {
    name: app.name,
    resourceId: app.id,
    hostName: app.defaultHostName,
    principalId: app.identity.principalId,
    directory: path.resolve(directory, only(packages, "package of the Function App").source.path),
    metafile: path.join(directory, ".sst", "artifacts", "function-app-metafile.json"),
    nodeVersion: app.functionAppConfig.runtime.version,
    settings: Object.fromEntries(app.siteConfig.appSettings.map(({ name, value }) => [name, value])),
  };
}

/** Whose vault is whose is read from what the Function App is told, not from names. */
export function viewVaults(resources: readonly Resource[], { settings }: FunctionApp): Vault[] {
  const vaults = resourcesOf(resources, "azure-native:keyvault:Vault", {
    name: z.string(),
    properties: z.object({ vaultUri: z.string() }),
  });
  const uris = json(z.record(z.string(), z.string())).parse(settings["VAULTS"]);
  return Object.entries(uris).map(([bunny, uri]) => {
    const vault = only(
      vaults.filter(({ properties }) => properties.vaultUri === uri),
      `vault at ${uri}`,
    );
    return { bunny, uri, name: vault.name, resourceId: vault.id };
  });
}

export function viewStorageTables(resources: readonly Resource[]): Graph["storageTables"] {
  return resourcesOf(resources, "azure-native:storage:Table", {
    accountName: z.string(),
    name: z.string(),
  }).map(({ id, accountName, name }) => ({ account: accountName, name, resourceId: id }));
}

export function viewFederatedCredentials(resources: readonly Resource[]): Graph["federatedCredentials"] {
  const identities = resourcesOf(resources, "azure-native:managedidentity:UserAssignedIdentity", {
    name: z.string(),
    principalId: z.string(),
    clientId: z.string(),
    tenantId: z.string(),
  });
  const credentials = resourcesOf(resources, "azure-native:managedidentity:FederatedIdentityCredential", {
    resourceName: z.string(),
    issuer: z.string(),
    subject: z.string(),
    audiences: z.array(z.string()),
  });
  return credentials.map(({ resourceName, issuer, subject, audiences }) => {
    const { principalId, clientId, tenantId } = only(
      identities.filter(({ name }) => name === resourceName),
      `identity ${resourceName}`,
    );
    return { identityName: resourceName, principalId, clientId, tenantId, issuer, subject, audiences };
  });
}

export function viewRoleDefinitions(resources: readonly Resource[]): Graph["roleDefinitions"] {
  const Permission = z.object({
    actions: z.array(z.string()),
    notActions: z.array(z.string()).length(0),
    dataActions: z.array(z.string()),
    notDataActions: z.array(z.string()).length(0),
  });
  const definitions = resourcesOf(resources, "azure-native:authorization:RoleDefinition", {
    roleName: z.string(),
    assignableScopes: z.array(z.string()),
    permissions: z.array(Permission),
  });
  return definitions.map(({ id, roleName, assignableScopes, permissions }) => ({
    id,
    roleName,
    assignableScopes,
    actions: permissions.flatMap(({ actions }) => actions),
    dataActions: permissions.flatMap(({ dataActions }) => dataActions),
  }));
}

export function viewRoleAssignments(resources: readonly Resource[]): Graph["roleAssignments"] {
  return resourcesOf(resources, "azure-native:authorization:RoleAssignment", {
    principalId: z.string(),
    roleDefinitionId: z.string(),
    scope: z.string(),
  }).map(({ principalId, roleDefinitionId, scope }) => ({ principalId, roleDefinitionId, scope }));
}

/** Each starts a function of this Function App, which the package must have when the subscription is made. */
export function viewEventSubscriptions(
  resources: readonly Resource[],
  { resourceId }: FunctionApp,
): Graph["eventSubscriptions"] {
  const functions = `${resourceId}/functions/`;
  return resourcesOf(resources, "azure-native:eventgrid:EventSubscription", {
    name: z.string(),
    scope: z.string(),
    eventDeliverySchema: z.literal("EventGridSchema"),
    destination: z.object({
      endpointType: z.literal("AzureFunction"),
      resourceId: z.string().startsWith(functions),
      maxEventsPerBatch: z.literal(1),
    }),
    filter: EventSubscription.shape.filter,
    retryPolicy: EventSubscription.shape.retryPolicy,
    // What is given up is found by the sweep.
    deadLetterDestination: z.undefined().optional(),
  }).map(({ name, scope, destination, filter, retryPolicy }) => ({
    name,
    scope,
    functionName: destination.resourceId.slice(functions.length),
    filter,
    retryPolicy,
  }));
}
