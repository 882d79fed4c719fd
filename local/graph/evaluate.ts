/**
 * Evaluates the deployment: runs the real sst.config.ts against an engine that only takes notes, builds
 * the real bundles, and returns all of it as a graph. Nothing is cached: what is returned is what the
 * sources say now. Needs no account and no network.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { viewCompositeAlarms, viewMetricAlarms, viewTopics } from "./alarm-views.ts";
import { viewCertificateAuthorities, viewQueues, viewTables, viewTrails } from "./aws-views.ts";
import {
  viewEventSubscriptions,
  viewFederatedCredentials,
  viewFunctionApp,
  viewRoleAssignments,
  viewRoleDefinitions,
  viewStorageTables,
  viewVaults,
} from "./azure-views.ts";
import { viewEventBuses, viewEventRules, viewFunctionPolicies } from "./event-views.ts";
import { ACCOUNT_ID, SUBSCRIPTION_ID, TENANT_ID } from "./identifiers.ts";
import { viewFunctions, viewSchedules } from "./lambda-views.ts";
import { viewLogGroups, viewLogMetricFilters, viewSubscriptionFilters } from "./log-views.ts";
import type { AdoptedCa } from "./mock-calls.ts";
import { createOverlay } from "./overlay.ts";
import { linkPlatform, preparePlatform } from "./prepare.ts";
import { Graph, Recorded } from "./schema.ts";
import { viewKmsKeys, viewSecrets } from "./secret-views.ts";

export interface EvaluateOptions {
  stage?: string;
  /** Takes the place of link.config.ts. */
  linkFile?: string;
  /** The checkout; this one, unless told otherwise. */
  root?: string;
  /** PEM: what AWS answers for a CA that the link adopts. A placeholder, unless a test needs its length. */
  adoptedCa?: AdoptedCa;
}

/** The bundles lie on disk until `dispose` is called. */
export type EvaluatedGraph = Graph & AsyncDisposable & { dispose(): Promise<void> };

/** Thrown when the program fails: the message says every reason. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const RECORDER = fileURLToPath(new URL("record.ts", import.meta.url));

export async function evaluate({
  stage = "local",
  linkFile,
  root = ROOT,
  adoptedCa,
}: EvaluateOptions = {}): Promise<EvaluatedGraph> {
  await preparePlatform(root);
  const directory = await createOverlay({ root, purpose: "graph", linkFile });
  const dispose = () => rm(directory, { recursive: true, force: true });
  try {
    await linkPlatform(root, directory);
    const graph = toGraph(await record(directory, stage, adoptedCa), directory);
    return { ...graph, dispose, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function record(directory: string, stage: string, adoptedCa?: AdoptedCa): Promise<Recorded> {
  const output = path.join(directory, "recorded.json");
  const known = adoptedCa === undefined ? [] : [JSON.stringify(adoptedCa)];
  const messages = await run([RECORDER, directory, stage, output, ...known], directory);
  // A program that failed also ends with an error code; what it wrote says more than that.
  if (!existsSync(output)) throw new EvaluationError(`the deployment could not be evaluated:\n${messages}`);
  const recorded = Recorded.parse(JSON.parse(await readFile(output, "utf8")));
  const reasons = [...new Set(recorded.errors)];
  if (reasons.length > 0) throw new EvaluationError(`the deployment fails:\n${reasons.join("\n")}`);
  return recorded;
}

/** Returns what the process wrote to its standard error. */
async function run(args: string[], cwd: string): Promise<string> {
  const env = { PATH: process.env["PATH"] };
  const child = spawn(process.execPath, ["--enable-source-maps", ...args], {
    cwd,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages += text;
  });
  await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  return messages;
}

function toGraph({ app, stage, region, builds, ...recorded }: Recorded, directory: string): Graph {
  // They were registered as their inputs became known, which is another order each time.
  const resources = recorded.resources.toSorted((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
  const functions = viewFunctions(resources, { directory, builds });
  const functionApp = viewFunctionApp(resources, directory);
  return Graph.parse({
    app,
    stage,
    region,
    accountId: ACCOUNT_ID,
    tenantId: TENANT_ID,
    subscriptionId: SUBSCRIPTION_ID,
    directory,
    resources,
    functions,
    functionPolicies: viewFunctionPolicies(resources, functions),
    schedules: viewSchedules(resources, functions),
    eventBuses: viewEventBuses(resources),
    eventRules: viewEventRules(resources, functions),
    trails: viewTrails(resources),
    functionApp,
    eventSubscriptions: viewEventSubscriptions(resources, functionApp),
    vaults: viewVaults(resources, functionApp),
    storageTables: viewStorageTables(resources),
    roleDefinitions: viewRoleDefinitions(resources),
    roleAssignments: viewRoleAssignments(resources),
    federatedCredentials: viewFederatedCredentials(resources),
    ...viewCertificateAuthorities(resources, functions),
    tables: viewTables(resources),
    queues: viewQueues(resources),
    logGroups: viewLogGroups(resources),
    subscriptionFilters: viewSubscriptionFilters(resources, functions),
    logMetricFilters: viewLogMetricFilters(resources),
    secrets: viewSecrets(resources),
    kmsKeys: viewKmsKeys(resources),
    metricAlarms: viewMetricAlarms(resources),
    compositeAlarms: viewCompositeAlarms(resources),
    topics: viewTopics(resources),
  });
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
