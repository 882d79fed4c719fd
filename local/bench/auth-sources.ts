/** What a million different sources take, beside as many lines of a single one: each in a process of its own. */
import path from "node:path";
import * as z from "zod";
import { bundleApart } from "./apart.ts";

export interface SourceLoad {
  readonly lines: number;
  readonly sources: number;
}

const SourceFigures = z.object({
  lines: z.number(),
  sources: z.number(),
  /** How many different ones it takes them for. */
  counted: z.number(),
  errorPercent: z.number(),
  /** Incidents that would be open at the end. */
  told: z.number(),
  /** What is remembered, at its most and as JSON. */
  itemBytes: z.number(),
  linesPerSecond: z.number(),
  /** Of the whole process, at its most; in MB. */
  peakMb: z.number(),
});
export type SourceFigures = z.infer<typeof SourceFigures>;

const LINES = 1_000_000;
const SOURCE_LOADS: readonly SourceLoad[] = [
  { lines: LINES, sources: 1 },
  { lines: LINES, sources: LINES },
];

const ENTRY = path.join(import.meta.dirname, "auth-sources-run.ts");
/** As the function's own runtime has it, with 512 MB. */
const HEAP = ["--max-old-space-size=460"];
const TIMEOUT_MS = 600_000;

export async function measureSources(loads: readonly SourceLoad[] = SOURCE_LOADS): Promise<SourceFigures[]> {
  const { run, remove } = await bundleApart(ENTRY, HEAP, TIMEOUT_MS);
  try {
    const figures: SourceFigures[] = [];
    for (const load of loads) figures.push(SourceFigures.parse(await run(load)));
    return figures;
  } finally {
    await remove();
  }
}
