/**
 * The Azure half of the local world, made from the evaluated deployment: its vaults, identities, roles, and the
 * Function App's own package, each at its production URL behind the local proxy.
 */
import { type Arm, createArm } from "../azure/arm/arm.ts";
import { createEntra, type Entra } from "../azure/entra.ts";
import { type FunctionApp, startFunctionApp } from "../azure/functions-host/start.ts";
import { createKeyVaults, type KeyVaults } from "../azure/key-vault/key-vaults.ts";
import { type ManagedIdentity, startManagedIdentity } from "../azure/managed-identity.ts";
import { createRbac } from "../azure/rbac.ts";
import { createServiceAccountIssuer, type ServiceAccountIssuer } from "../azure/service-account.ts";
import { startTables, type Tables } from "../azure/tables/tables.ts";
import { guid, substitute } from "../graph/identifiers.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalClient } from "../network/client.ts";
import type { LocalCa } from "../network/local-ca.ts";
import type { LocalProxy } from "../network/proxy.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { VpnWorld } from "../vpn/world.ts";

export interface LocalAzure {
  readonly entra: Entra;
  readonly keyVaults: KeyVaults;
  readonly arm: Arm;
  readonly tables: Tables;
  /** The clusters' issuers of service account tokens, by issuer URL. */
  readonly clusters: ReadonlyMap<string, ServiceAccountIssuer>;
  readonly functionApp: FunctionApp;
  close(): Promise<void>;
}

export interface AzureParts {
  readonly kernel: Kernel;
  readonly graph: Graph;
  readonly proxy: LocalProxy;
  readonly ca: LocalCa;
  readonly client: LocalClient;
  /** The tunnels whose ends in Azure Resource Manager shows. */
  readonly vpn: VpnWorld;
  readonly caCertificate: string;
  readonly tokenIssuer: string;
  readonly onLogLine: (line: string) => void;
}

export async function startLocalAzure(parts: AzureParts): Promise<LocalAzure> {
  const { kernel, graph, proxy, client, vpn } = parts;
  const entra = createEntra({
    kernel,
    tenantId: graph.tenantId,
    readJson: client.readJson,
    federatedCredentials: graph.federatedCredentials.flatMap((credential) =>
      credential.audiences.map((audience) => ({ ...credential, audience })),
    ),
  });
  const rbac = createRbac({ roleDefinitions: graph.roleDefinitions, assignments: knownAssignments(graph) });
  const arm = createArm({ kernel, entra, rbac, world: vpn });
  const keyVaults = createKeyVaults({ kernel, rbac, entra, vaults: graph.vaults });
  const issuers = new Set(graph.federatedCredentials.map(({ issuer }) => issuer));
  const clusters = new Map([...issuers].map((issuer) => [issuer, createServiceAccountIssuer(issuer)]));

  proxy.serve(entra.host, entra.listener);
  proxy.serve(arm.host, arm.listener);
  for (const cluster of clusters.values()) proxy.serve(cluster.host, cluster.listener);
  for (const [host, listener] of keyVaults.listeners) proxy.serve(host, listener);

  const { principalId } = graph.functionApp;
  const principal = { principalId, clientId: guid(`client of ${principalId}`) };
  const identity = await startManagedIdentity({ kernel, tokens: entra.tokens, principal });
  const tables = startTables({ kernel, entra, rbac, tables: graph.storageTables });
  for (const [host, listener] of tables.listeners) proxy.serve(host, listener);
  const stop = async () => {
    await tables.close();
    await identity.close();
  };
  const functionApp = await startHand(parts, identity).catch(async (error) => {
    await stop();
    throw error;
  });
  proxy.serve(graph.functionApp.hostName, functionApp.listener);

  const close = async () => {
    await functionApp.close();
    await stop();
  };
  return { entra, keyVaults, arm, tables, clusters, functionApp, close };
}

/** The container that the Function App's package lies in is not part of this world: its files are run in place. */
function knownAssignments(graph: Graph) {
  return graph.roleAssignments.filter(({ roleDefinitionId }) => !roleDefinitionId.endsWith(BLOB_DATA_OWNER));
}
/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const BLOB_DATA_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";

async function startHand(parts: AzureParts, identity: ManagedIdentity): Promise<FunctionApp> {
  const { name, directory, settings } = parts.graph.functionApp;
  return await startFunctionApp({
    name,
    directory,
    appSettings: substitute(settings, { caCertificate: parts.caCertificate, tokenIssuer: parts.tokenIssuer }),
    identity: { endpoint: identity.endpoint, header: identity.header },
    network: { proxyUrl: parts.proxy.url, caFile: parts.ca.caFile },
    onLogLine: parts.onLogLine,
  });
}
