/**
 * `npm run soak`: every property test with `--runs N` cases (100,000), and in full what the tests take only a sample or
 * a small size of (property.ts: `sampled`, `sized`); then `--demos N` demos (10), each with another seed. All seeds are
 * printed, so that a failure can be replayed. Exits with 1 when anything failed.
 */
import { randomInt } from "node:crypto";
import { MISUSED, parseOptions } from "./command-line.ts";
import { type DemoResult, runDemo } from "./soak/demos.ts";
import { soakProperties } from "./soak/properties.ts";

const RUNS_DEFAULT = 100_000;
const DEMOS_DEFAULT = 10;
const SEED_MAX = 1_000_000;

const options = parseOptions("npm run soak --", { runs: { type: "string" }, demos: { type: "string" } });
const runs = options.number("runs") ?? RUNS_DEFAULT;
const demos = options.number("demos") ?? DEMOS_DEFAULT;

if (runs === 0 && demos === 0) {
  process.stderr.write("nothing would be checked: raise --runs or --demos\n");
  process.exit(MISUSED);
}
const propertiesHeld = runs === 0 || (await soakProperties(runs));
const results: DemoResult[] = [];
for (let demo = 0; demo < demos; demo += 1) {
  const result = await runDemo(randomInt(1, SEED_MAX));
  results.push(result);
  process.stdout.write(`demo ${demo + 1} of ${demos}, ${tell(result)}\n`);
}
process.stdout.write(summary());
process.exitCode = propertiesHeld && results.every(({ ok }) => ok) ? 0 : 1;

function tell({ seed, ok, durationMs, failure }: DemoResult): string {
  const result = ok ? "held" : `FAILED: ${failure}`;
  return `seed ${seed}, ${(durationMs / 1_000).toFixed(1)} s: ${result}`;
}

function summary(): string {
  const failed = results.filter(({ ok }) => !ok);
  const properties = runs === 0 ? "not run" : `${propertiesHeld ? "held" : "FAILED"} with ${runs} cases each`;
  return [
    "",
    `property tests: ${properties}`,
    `demos: ${results.length - failed.length} of ${results.length} held`,
    ...failed.map(({ seed }) => `replay: npm run demo -- --logs --seed ${seed}`),
    "",
  ].join("\n");
}
