/**
 * Many certificates due at once, over models of the clouds in their own time. Each load runs in a process of its own,
 * bundled as what is deployed is, with a heap that is limited to what fits into 256 MB beside Node itself.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import * as z from "zod";
import { TIME_LIMIT_MS } from "../model/brain.ts";
import type { Load } from "../model/load.ts";

const LoadFigures = z.object({
  certificates: z.number(),
  /** Of all calls, by chance. */
  throttledShare: z.number(),
  runs: z.number(),
  longestRunSeconds: z.number(),
  /** What the last run left to the next one. */
  postponed: z.number(),
  trouble: z.number(),
  signed: z.number(),
  issueCalls: z.object({ taken: z.number(), reached: z.number() }),
  quotaUsed: z.number(),
  quotaUsedFromStart: z.number(),
  placesLate: z.number(),
  /** Of the whole process, at its most; in MB. */
  peakMb: z.number(),
});
export type LoadFigures = z.infer<typeof LoadFigures>;

/** The CA's quota is set to what keys a subscription makes: neither waits for the other. */
const LOAD = { vaults: 20, issuePerSecond: 5, seed: 1, timeLimitMs: TIME_LIMIT_MS };
export const LOADS: readonly Load[] = [
  { ...LOAD, certificates: 1_000, throttled: 0.1, runsMax: 6 },
  { ...LOAD, certificates: 10_000, throttled: 0, runsMax: 1 },
];

const ENTRY = path.join(import.meta.dirname, "load-run.ts");
const CACHE = path.resolve(import.meta.dirname, "..", "..", ".cache");
const HEAP = ["--max-old-space-size=144", "--max-semi-space-size=4"];
const LOAD_TIMEOUT_MS = 600_000;

export async function measureLoads(loads: readonly Load[] = LOADS): Promise<LoadFigures[]> {
  const directory = await mkdtemp(path.join(CACHE, "load-"));
  try {
    const bundle = await bundleInto(directory);
    const figures: LoadFigures[] = [];
    for (const load of loads) figures.push(await runApart(bundle, load));
    return figures;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bundleInto(directory: string): Promise<string> {
  const outfile = path.join(directory, "load-run.mjs");
  const require =
    'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  await build({
    ...{ entryPoints: [ENTRY], outfile, bundle: true, platform: "node", format: "esm", target: "node24" },
    ...{ banner: { js: require }, logLevel: "error" },
  });
  return outfile;
}

async function runApart(bundle: string, load: Load): Promise<LoadFigures> {
  const child = spawn(process.execPath, [...HEAP, bundle, JSON.stringify(load)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LOAD_TIMEOUT_MS,
  });
  const [figures, messages, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0)
    throw new Error(`the load of ${load.certificates} ended with ${signal ?? code}: ${messages}`);
  return LoadFigures.parse(JSON.parse(figures));
}
