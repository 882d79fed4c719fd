/** What reading logs for refused callers takes: time, memory, and calls of the clouds. */
import { countDeliveries } from "./auth-calls.ts";
import { measureReaders, measureReading, type ReaderRate, type ReadingTime } from "./auth-reading.ts";
import { measureSources, type SourceFigures } from "./auth-sources.ts";
import type { RunCalls } from "./calls.ts";

export interface AuthFailureFigures {
  readonly reading: readonly ReadingTime[];
  readonly readers: readonly ReaderRate[];
  readonly sources: readonly SourceFigures[];
  readonly deliveries: readonly RunCalls[];
}

/** One after the other: each would disturb the others' times. */
export async function measureAuthFailures(): Promise<AuthFailureFigures> {
  const reading = measureReading();
  const readers = measureReaders();
  const sources = await measureSources();
  return { reading, readers, sources, deliveries: await countDeliveries() };
}
