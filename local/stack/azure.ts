/**
 * The Azure half of the local world, made from the evaluated deployment: its vaults, identities, roles, and the
 * Function App's own package, each at its production URL behind the local proxy.
 */
import type { Link } from "../../shared/link/schema.ts";
import { realTimers, speedUp } from "../aws/timers.ts";
import { type Arm, createArm } from "../azure/arm/arm.ts";
import type { NsgWorld } from "../azure/arm/nsg/world.ts";
import { createEntra, type Entra } from "../azure/entra.ts";
import { createEventGrid, type EventGrid } from "../azure/event-grid/event-grid.ts";
import { EventSubscription } from "../azure/event-grid/subscription.ts";
import { type FunctionApp, startFunctionApp } from "../azure/functions-host/start.ts";
import { createKeyVaults, type KeyVaults } from "../azure/key-vault/key-vaults.ts";
import { type ManagedIdentity, startManagedIdentity } from "../azure/managed-identity.ts";
import { createRbac, type Rbac } from "../azure/rbac.ts";
import { createServiceAccountIssuer, type ServiceAccountIssuer } from "../azure/service-account.ts";
import { startTables, type Tables } from "../azure/tables/tables.ts";
import { type Replacements, substitute } from "../graph/identifiers.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalClient } from "../network/client.ts";
import type { LocalCa } from "../network/local-ca.ts";
import type { LocalProxy } from "../network/proxy.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { VpnWorld } from "../vpn/world.ts";
import { clientOf, createNsgs } from "./allowlists.ts";

export interface LocalAzure {
  readonly entra: Entra;
  /** Who may do what: as the deployment says, and people besides. */
  readonly rbac: Rbac;
  readonly keyVaults: KeyVaults;
  readonly arm: Arm;
  /** The network security groups of the link, and what people do to them. */
  readonly nsgs: NsgWorld;
  /** Hands the changes of those to the Function App. */
  readonly eventGrid: EventGrid;
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
  readonly link: Link;
  /** How many times as fast as in reality Azure does what takes it time. */
  readonly speed: number;
  readonly caCertificate: Replacements["caCertificate"];
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
  const nsgs = createNsgs(parts);
  const arm = createArm({ kernel, entra, rbac, world: vpn, nsgs });
  const keyVaults = createKeyVaults({ kernel, rbac, entra, vaults: graph.vaults });
  const issuers = new Set(graph.federatedCredentials.map(({ issuer }) => issuer));
  const clusters = new Map([...issuers].map((issuer) => [issuer, createServiceAccountIssuer(issuer)]));

  proxy.serve(entra.host, entra.listener);
  proxy.serve(arm.host, arm.listener);
  for (const cluster of clusters.values()) proxy.serve(cluster.host, cluster.listener);
  for (const [host, listener] of keyVaults.listeners) proxy.serve(host, listener);

  const { principalId } = graph.functionApp;
  const principal = { principalId, clientId: clientOf(principalId) };
  const identity = await startManagedIdentity({ kernel, tokens: entra.tokens, principal });
  const tables = startTables({ kernel, entra, rbac, tables: graph.storageTables });
  for (const [host, listener] of tables.listeners) proxy.serve(host, listener);
  const stop = async () => {
    nsgs.stop();
    await tables.close();
    await identity.close();
  };
  const functionApp = await startHand(parts, identity).catch(async (error) => {
    await stop();
    throw error;
  });
  proxy.serve(graph.functionApp.hostName, functionApp.listener);
  const eventGrid = startEventGrid(parts, functionApp);
  nsgs.onEvent((event) => eventGrid.publish(event));

  const close = async () => {
    await eventGrid.stop();
    await functionApp.close();
    await stop();
  };
  return { entra, rbac, keyVaults, arm, nsgs, eventGrid, tables, clusters, functionApp, close };
}

/** Azure makes no subscription to a function that the app does not have. */
function startEventGrid({ kernel, graph, speed }: AzureParts, functionApp: FunctionApp): EventGrid {
  const subscriptions = graph.eventSubscriptions.map((one) => EventSubscription.parse(one));
  const missing = subscriptions.find(({ functionName }) => !functionApp.functions.includes(functionName));
  if (missing !== undefined)
    throw new Error(`${missing.name}: the Function App has no function ${missing.functionName}`);
  return createEventGrid({
    kernel,
    timers: speedUp(realTimers, speed),
    answerTimers: realTimers,
    subscriptions,
    deliver: (functionName, event) => functionApp.deliverEvent(functionName, event),
  });
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
