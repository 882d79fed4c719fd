/** How long Azure takes for a write of a group. */
import type { Faults } from "../../../stand-in/faults.ts";

export interface NsgDurations {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly slowMs: number;
}

const DURATIONS: NsgDurations = { leastMs: 2_000, mostMs: 10_000, slowMs: 60_000 };
const SLOW_PROBABILITY = 0.03;

/** Always the least when calm. */
export function nextDurationMs(faults: Faults, durations: NsgDurations = DURATIONS): number {
  if (faults.chance("network:nsg slow", SLOW_PROBABILITY)) return durations.slowMs;
  const more = faults.calm ? 0 : faults.draw("network:nsg duration");
  return durations.leastMs + Math.floor(more * (durations.mostMs - durations.leastMs));
}
