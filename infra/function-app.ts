/// <reference path="../.sst/platform/config.d.ts" />
/** The half of the automation that lives in Azure: one Function App with an identity of its own. */
import { buildFunctionPackage } from "./function-package.ts";
import { allowHostStorage, createFunctionStorage, type FunctionStorage } from "./function-storage.ts";
import { allowHandTable, createHandTable } from "./hand-table.ts";
import { stageName, tokenAudience, uniqueSuffix } from "./names.ts";
import type { ResourceGroup } from "./resource-group.ts";

export interface FunctionApp {
  id: $util.Output<string>;
  host: $util.Output<string>;
  principalId: $util.Output<string>;
}

/** What the functions read from their environment. */
export interface FunctionSettings {
  TOKEN_ISSUER: $util.Input<string>;
  ROLE_RENEW_CERTIFICATES: $util.Input<string>;
  /** Where the link has API keys. */
  ROLE_ROTATE_API_KEYS?: $util.Input<string>;
  /** Where the link has tunnels. */
  ROLE_WATCH_TUNNELS?: $util.Input<string>;
  CONNECTIONS?: $util.Input<string>;
  /** Where their pre-shared keys are rotated. */
  ROLE_ROTATE_PRE_SHARED_KEYS?: $util.Input<string>;
  /** Where the link has allowlists. */
  ROLE_HEAL_ALLOWLISTS?: $util.Input<string>;
  NSGS?: $util.Input<string>;
  VAULTS: $util.Input<string>;
  PINNED_CA: $util.Input<string>;
  /** Where the link names further CAs. */
  PINNED_NEXT_CA?: $util.Input<string>;
  PINNED_FAILOVER_CA?: $util.Input<string>;
  /** Where the link publishes a trust bundle. */
  ROLE_PUBLISH_TRUST?: $util.Input<string>;
}

const NODE_VERSION = "22";
const MEMORY_MB = 2_048;
const INSTANCES_MAX = 40;

export function createFunctionApp(group: ResourceGroup, settings: FunctionSettings): FunctionApp {
  const code = buildFunctionPackage();
  const storage = createFunctionStorage(group, code);
  const table = createHandTable(group, storage);
  const app = createSite(group, storage, {
    ...settings,
    TOKEN_AUDIENCE: tokenAudience(),
    TABLES_URL: storage.tablesUrl,
    TABLE_NAME: table.name,
    AzureWebJobsStorage__accountName: storage.accountName,
    // A changed setting restarts the app, and only then does it load a new package.
    PACKAGE_DIGEST: code.digest,
  });
  forbidPasswords(group, app.name);
  const principalId = app.identity.apply((identity) => present(identity?.principalId));
  allowHostStorage(storage, principalId);
  allowHandTable(table, principalId);
  return { id: app.id, host: app.defaultHostName, principalId };
}

function createSite(
  group: ResourceGroup,
  storage: FunctionStorage,
  settings: Record<string, $util.Input<string>>,
) {
  const plan = new azurenative.web.AppServicePlan("FunctionPlan", {
    resourceGroupName: group.name,
    location: group.location,
    name: stageName(),
    kind: "functionapp",
    reserved: true,
    sku: { name: "FC1", tier: "FlexConsumption" },
  });
  return new azurenative.web.WebApp("FunctionApp", {
    resourceGroupName: group.name,
    location: group.location,
    name: $interpolate`${stageName()}-${uniqueSuffix("function-app")}`,
    kind: "functionapp,linux",
    serverFarmId: plan.id,
    httpsOnly: true,
    identity: { type: "SystemAssigned" },
    functionAppConfig: {
      deployment: {
        storage: {
          type: "blobContainer",
          value: storage.packageContainerUrl,
          authentication: { type: "SystemAssignedIdentity" },
        },
      },
      runtime: { name: "node", version: NODE_VERSION },
      scaleAndConcurrency: { instanceMemoryMB: MEMORY_MB, maximumInstanceCount: INSTANCES_MAX },
    },
    siteConfig: {
      minTlsVersion: "1.2",
      scmMinTlsVersion: "1.2",
      ftpsState: "Disabled",
      appSettings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    },
  });
}

/** Nobody publishes with a user name and password, over FTP or to the deployment site. */
function forbidPasswords(group: ResourceGroup, name: $util.Output<string>): void {
  const args = { resourceGroupName: group.name, name, allow: false };
  new azurenative.web.WebAppFtpAllowed("FunctionAppFtp", args);
  new azurenative.web.WebAppScmAllowed("FunctionAppScm", args);
}

function present(principalId: string | undefined): string {
  if (principalId === undefined) throw new Error("Azure gave the Function App no identity");
  return principalId;
}
