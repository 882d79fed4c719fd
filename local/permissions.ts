/**
 * `npm run permissions`: whether each deployed function may do what its runs have done, and nothing besides. It reads
 * what the runs of `npm test` and `npm run demo` of the last day have left, so it comes after them. `--write` writes
 * the tables of docs/security.md anew. Ends with 0 only when nothing is wrong.
 */
import { writeFile } from "node:fs/promises";
import { parseOptions } from "./command-line.ts";
import { judge } from "./permissions/judge.ts";
import { readRecordings } from "./permissions/keep.ts";
import { withPart, writtenPart } from "./permissions/page.ts";
import { UNUSED } from "./permissions/unused.ts";
import { evaluateWhole, PAGE, readPage, tablesOf } from "./permissions/whole.ts";

const options = parseOptions("npm run permissions --", { write: { type: "boolean", default: false } });
await using graph = await evaluateWhole();
const page = await readPage();
const tables = tablesOf(graph);
if (options.flag("write")) await writeFile(PAGE, withPart(page, tables));
const isStale = !options.flag("write") && writtenPart(page) !== tables;

const { faults, counts } = await judge(graph, await readRecordings(Date.now()), UNUSED);
const all = [
  ...(counts.recordings > 0 ? faults : ["no run has left anything: run `npm test` and `npm run demo` first"]),
  ...(isStale ? ["docs/security.md is not what is deployed: npm run permissions -- --write"] : []),
];
for (const fault of all) process.stdout.write(`!! ${fault}\n`);
process.stdout.write(
  `${counts.used} of ${counts.allowed} permitted actions used by ${counts.recordings} runs, ` +
    `${UNUSED.length} listed as used never or seldom, with a reason each, ${all.length} faults\n`,
);
process.exitCode = all.length === 0 ? 0 : 1;
