/**
 * Mutates the plan of one concern, and runs its tests on each mutant. Stryker works on a copy of the project below
 * `.cache/mutation`, and leaves a report in HTML there.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";
import { type MutatedConcern, TESTS_VARIABLE } from "./concerns.ts";
import { type Fate, inOneLine, type Mutant, textAt } from "./mutant.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const CACHE = ".cache/mutation";
/** Each test is run again and again, so each property is only sampled; from one seed, so that a result can be repeated. */
const PROPERTY = { SOAK_RUNS: "25", SEED: "1" };
const CONCURRENCY = 2;
/** Beyond half as long again as without the change: a loop without an end is noticed by this, a busy machine must not be. */
const TIMEOUT_MS = 30_000;

type Found = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

export async function mutate({ name, plan, tests }: MutatedConcern): Promise<Mutant[]> {
  Object.assign(process.env, PROPERTY, { [TESTS_VARIABLE]: tests.join("\n") });
  const configFile = path.join(ROOT, CACHE, `${name}.json`);
  await mkdir(path.dirname(configFile), { recursive: true });
  await writeFile(configFile, JSON.stringify(optionsOf(name, plan), null, 2));
  const stryker = new Stryker({ configFile });
  const found = await stryker.runMutationTest();
  const sources = new Map<string, string>();
  for (const file of new Set(found.map(({ fileName }) => fileName)))
    sources.set(file, await readFile(path.resolve(ROOT, file), "utf8"));
  return found.map((one) => mutantOf(one, sources.get(one.fileName) ?? ""));
}

const optionsOf = (name: string, plan: readonly string[]) => ({
  mutate: plan,
  plugins: [fileURLToPath(import.meta.resolve("@stryker-mutator/vitest-runner"))],
  testRunner: "vitest",
  vitest: { configFile: "local/mutation/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  concurrency: CONCURRENCY,
  timeoutMS: TIMEOUT_MS,
  // What is not needed by these tests is not copied.
  ignorePatterns: ["**", "!shared/**", "!local/**", "!package.json"],
  tempDirName: `${CACHE}/${name}-copy`,
  // Stryker would read it with TypeScript's API in JavaScript, which TypeScript 7 does not have.
  tsconfigFile: "none.json",
  reporters: ["html"],
  htmlReporter: { fileName: `${CACHE}/${name}.html` },
  logLevel: "warn",
  // That tests plan something while they are collected is slow, and nothing else.
  warnings: { slow: false },
  allowConsoleColors: false,
});

function mutantOf({ fileName, mutatorName, location, replacement, status }: Found, source: string): Mutant {
  return {
    file: path.relative(ROOT, path.resolve(ROOT, fileName)),
    line: location.start.line,
    mutator: mutatorName,
    original: inOneLine(textAt(source, location)),
    replacement: inOneLine(replacement ?? ""),
    fate: fateOf(status),
  };
}

function fateOf(status: Found["status"]): Fate {
  switch (status) {
    case "Killed":
    case "Timeout":
      return "noticed";
    case "Survived":
    case "NoCoverage":
      return "survived";
    case "CompileError":
    case "RuntimeError":
    case "Ignored":
    case "Pending":
      return "not-run";
  }
}
