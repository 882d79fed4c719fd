/**
 * `npm run bench`: how long the deployed bundles take to load, how long plans take, how many calls of the clouds a
 * renewal, the sweeps of tunnels and allowlists, and the rotations of keys need, how long it is from an alarm to Slack,
 * and from a port that somebody opens to its end, and what reading logs for refused callers takes; then, over models in their own time, how soon outages are healed, what
 * many certificates due at once take, and what runs at once cost. `--json` prints one document; `--runs N` sets how often
 * each bundle is loaded.
 */
import { availableParallelism } from "node:os";
import { measureAllowlistPlans } from "./bench/allowlist-plans.ts";
import { measureSweep } from "./bench/allowlist-sweep.ts";
import { measureAllowlists } from "./bench/allowlists.ts";
import { measureAuthFailures } from "./bench/auth-failures.ts";
import { countCalls } from "./bench/calls.ts";
import { measureImports } from "./bench/imports.ts";
import { measureKeys } from "./bench/keys.ts";
import { measureLoads } from "./bench/load.ts";
import { measureOutages } from "./bench/outages.ts";
import { measurePlans } from "./bench/plans.ts";
import { type Bench, tellBench } from "./bench/tell.ts";
import { measureTogether } from "./bench/together.ts";
import { measureTunnels } from "./bench/tunnels.ts";
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
const allowlistPlans = measureAllowlistPlans();
const calls = await countCalls();
const tunnels = await measureTunnels();
const allowlists = {
  plans: allowlistPlans,
  stack: await measureAllowlists(),
  sweep: await measureSweep(),
};
const keys = await measureKeys();
const authFailures = await measureAuthFailures();
// No time of the machine's is measured any more.
const [loads, outages] = await Promise.all([measureLoads(), measureOutages()]);
const together = await measureTogether();
const bench: Bench = {
  node: process.versions.node,
  cores: availableParallelism(),
  imports,
  plans,
  calls,
  tunnels,
  allowlists,
  keys,
  authFailures,
  outages,
  loads,
  together,
  durationMs: Math.round(performance.now() - startedAt),
};
process.stdout.write(options.flag("json") ? `${JSON.stringify(bench, null, 2)}\n` : tellBench(bench));
