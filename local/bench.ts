/**
 * `npm run bench`: how long the deployed bundles take to load, how long plans take, and how many calls of the
 * clouds a renewal needs. `--json` prints one document; `--runs N` sets how often each bundle is loaded.
 */
import { availableParallelism } from "node:os";
import { countCalls } from "./bench/calls.ts";
import { measureImports } from "./bench/imports.ts";
import { measurePlans } from "./bench/plans.ts";
import { type Bench, tellBench } from "./bench/tell.ts";
import { parseOptions } from "./command-line.ts";

const RUNS_DEFAULT = 15;

const options = parseOptions("npm run bench --", {
  json: { type: "boolean", default: false },
  runs: { type: "string" },
});
const startedAt = performance.now();
// One after the other: each would disturb the others' times.
const imports = await measureImports(Math.max(1, options.number("runs") ?? RUNS_DEFAULT));
const plans = measurePlans();
const calls = await countCalls();
const bench: Bench = {
  node: process.versions.node,
  cores: availableParallelism(),
  imports,
  plans,
  calls,
  durationMs: Math.round(performance.now() - startedAt),
};
process.stdout.write(options.flag("json") ? `${JSON.stringify(bench, null, 2)}\n` : tellBench(bench));
