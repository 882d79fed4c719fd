/** The property tests with as many runs as are asked for, in a process of their own. Their seeds are theirs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { glob, readFile } from "node:fs/promises";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const VITEST = path.join(ROOT, "node_modules", "vitest", "vitest.mjs");
/** One test with 100,000 runs takes up to a minute on two cores. */
const TIMEOUT_MS_PER_RUN = 6;
const TIMEOUT_MIN_MS = 60_000;

/** True when all held. What they print, their seeds among it, goes to this process's output. */
export async function soakProperties(runs: number): Promise<boolean> {
  const files = await propertyTests();
  if (files.length === 0) throw new Error("there are no property tests: nothing would be proven");
  const timeoutMs = Math.max(TIMEOUT_MIN_MS, runs * TIMEOUT_MS_PER_RUN);
  const child = spawn(
    process.execPath,
    [VITEST, "run", "--reporter=default", `--testTimeout=${timeoutMs}`, ...files],
    { cwd: ROOT, stdio: "inherit", env: { ...process.env, SOAK_RUNS: String(runs) } },
  );
  const [code] = await once(child, "close");
  return code === 0;
}

/** Every test file that takes its runs from property.ts, or its cases from what is sized by it. */
async function propertyTests(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob("{shared,functions,azure-functions,local}/**/*.test.ts", {
    cwd: ROOT,
    exclude: ["**/node_modules/**"],
  })) {
    const text = await readFile(path.join(ROOT, file), "utf8");
    if (/from "[./]+(local\/)?(property|model\/effects)\.ts"/.test(text)) files.push(file);
  }
  return files.sort();
}
