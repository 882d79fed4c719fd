/**
 * Runs the deployment's program once, in a process of its own (Pulumi and SST keep state in module
 * globals and change the working directory), and writes what it registered as JSON.
 *
 * Arguments: the overlay's directory, the stage, the file to write; as JSON, what the adopted CA is (optional).
 */
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Build, BuildRequest, buildFunction } from "./function-build.ts";
import { ACCOUNT_ID } from "./identifiers.ts";
import { mockEngine } from "./mock.ts";
import { AdoptedCa } from "./mock-calls.ts";
import { readProviderLock } from "./prepare.ts";
import { loadApp, loadRun } from "./program.ts";
import { serveRpc } from "./rpc.ts";
import type { Recorded } from "./schema.ts";

const App = z.looseObject({
  name: z.string(),
  home: z.literal("aws"),
  removal: z.string().default("retain"),
  protect: z.boolean().default(false),
  providers: z.looseObject({
    aws: z.looseObject({ version: z.string(), region: z.string() }),
    "azure-native": z.union([z.string(), z.looseObject({ version: z.string() })]),
  }),
});
type App = z.infer<typeof App>;

const [overlay, stage, output, adopted] = z
  .tuple([z.string(), z.string(), z.string(), z.string().optional()])
  .parse(process.argv.slice(2));
const adoptedCa = adopted === undefined ? undefined : AdoptedCa.parse(JSON.parse(adopted));

const errors: string[] = [];
const builds: Record<string, string> = {};
const recorded: Recorded = { app: "", stage, region: "", errors, builds, resources: [] };

/** Enough of the stack to find the line of ours in it. */
const STACK_LINES = 6;

/** A wrong link is the user's to mend: where in our code it was noticed does not help. */
function fail(error: unknown): void {
  if (!(error instanceof Error)) errors.push(String(error));
  else if (error.name === "ConfigError" || error.stack === undefined) errors.push(error.message);
  else errors.push(error.stack.split("\n").slice(0, STACK_LINES).join("\n"));
}
process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);

let finished = false;
// When nothing is left to run, no rejection can still be on its way. A program that failed may never finish:
// Pulumi goes on waiting for what depended on the part that failed. That is why nothing here awaits `run`.
process.once("beforeExit", () => {
  if (!finished && errors.length === 0) errors.push("the program waits for something that never comes");
  writeFileSync(output, JSON.stringify(recorded));
});

run().then(() => {
  finished = true;
}, fail);

async function run(): Promise<void> {
  const app = App.parse(await loadApp(overlay, stage));
  await refuseOtherVersions(app);
  recorded.app = app.name;
  recorded.region = app.providers.aws.region;
  process.env["SST_SERVER"] = await serveRpc({ "Provider.Aws.Bootstrap": bootstrap, "Runtime.Build": build });

  recorded.resources = await mockEngine(app.name, stage, recorded.region, adoptedCa);
  const program = await loadRun(overlay, { ...app, stage });
  await pulumi.runtime.runInPulumiStack(program).catch(fail);
  await pulumi.runtime.disconnect().catch(fail);
}

/** The buckets and registries that SST makes once per account, before the first deployment. */
function bootstrap(): Record<string, string> {
  return {
    asset: `sst-asset-${ACCOUNT_ID}`,
    assetEcrRegistryId: ACCOUNT_ID,
    assetEcrUrl: "",
    state: `sst-state-${ACCOUNT_ID}`,
    appsyncHttp: "",
    appsyncRealtime: "",
  };
}

async function build(input: unknown): Promise<Build> {
  const request = BuildRequest.parse(input);
  const result = await buildFunction(overlay, request);
  builds[request.functionID] = result.out;
  return result;
}

/** The types and the components come from the lock, the deployment from sst.config.ts: they must agree. */
async function refuseOtherVersions({ providers }: App): Promise<void> {
  const Provider = z.union([
    z.string(),
    z.looseObject({ version: z.string() }).transform((it) => it.version),
  ]);
  const wanted = Object.entries(providers)
    .map(([name, provider]) => `${name} ${Provider.parse(provider)}`)
    .sort();
  const installed = (await readProviderLock(overlay)).map(({ name, version }) => `${name} ${version}`).sort();
  if (wanted.join() === installed.join()) return;
  throw new Error(
    `sst.config.ts asks for ${wanted.join(", ")}; prepared are ${installed.join(", ")}: make them the same and remove .sst`,
  );
}
