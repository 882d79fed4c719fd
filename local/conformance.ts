/**
 * `npm run conformance`: asks the stand-ins and others' emulators the same questions, through the official SDK, and
 * the stand-ins once more through AWS's SDK for Python and its command line. What it installs stays in `.cache/`, and
 * everything listens on loopback. Writes the table in docs/fidelity.md; ends with one line of counts, and fails for
 * an answer that differs and is not listed, and for a listed difference that no longer shows.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseOptions } from "./command-line.ts";
import type { Finding, Verdict } from "./conformance/compare.ts";
import { DIFFERENCES } from "./conformance/differences.ts";
import { EMULATORS, VERSIONS } from "./conformance/emulators.ts";
import { LEFT_OUT, otherwise } from "./conformance/otherwise.ts";
import { CLIENTS, runProbes } from "./conformance/run.ts";
import { tableOf, withTable } from "./conformance/table.ts";
import { operationTables } from "./fidelity/tables.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const PAGE = path.join(ROOT, "docs/fidelity.md");

parseOptions("npm run conformance --", {});
const say = (line: string) => process.stdout.write(`${line}\n`);
const { findings, missing } = await runProbes(path.join(ROOT, ".cache/conformance"), say);
const failed = findings.filter(({ verdict }) => verdict === "failed");
for (const { target, operation, name, told } of failed) say(`${target}: ${operation} / ${name}: ${told}`);
for (const { target, reason } of [...missing, ...LEFT_OUT]) say(`not run: ${target}: ${reason}`);
// A table of half the targets, or of a run that failed, would take the place of a whole one.
if (failed.length === 0 && missing.length === 0) await writeTable(findings);
const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
const notRun = count("not-run") + missing.length + LEFT_OUT.length;
say(
  `${count("agreed")} agreed, ${count("differs-as-listed")} differ as listed, ${notRun} not run, ${failed.length} failed`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function writeTable(found: readonly Finding[]): Promise<void> {
  const table = tableOf({
    operations: Object.values(operationTables).flatMap((one) => Object.keys(one)),
    findings: found,
    emulators: EMULATORS.map((name) => ({ name, version: VERSIONS[name] })),
    clients: CLIENTS,
    differences: DIFFERENCES,
    otherwise,
  });
  const page = await readFile(PAGE, "utf8");
  await writeFile(PAGE, withTable(page, table));
}
