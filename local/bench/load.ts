/**
 * Many certificates due at once, over models of the clouds in their own time. Each load runs in a process of its own,
 * bundled as what is deployed is, with a heap that is limited to what fits into 256 MB beside Node itself.
 */
import path from "node:path";
import * as z from "zod";
import { TIME_LIMIT_MS } from "../model/brain.ts";
import type { Load } from "../model/load.ts";
import { bundleApart } from "./apart.ts";

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
const HEAP = ["--max-old-space-size=144", "--max-semi-space-size=4"];
const LOAD_TIMEOUT_MS = 600_000;

export async function measureLoads(loads: readonly Load[] = LOADS): Promise<LoadFigures[]> {
  const { run, remove } = await bundleApart(ENTRY, HEAP, LOAD_TIMEOUT_MS);
  try {
    const figures: LoadFigures[] = [];
    for (const load of loads) figures.push(LoadFigures.parse(await run(load)));
    return figures;
  } finally {
    await remove();
  }
}
