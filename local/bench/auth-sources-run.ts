/**
 * Many sources in a process of its own, whose memory is told as well. Takes how many as JSON, and prints what came of it
 * as JSON. Each line is of another source, and all lie within one window. What is remembered goes through JSON between
 * two deliveries, as it goes through the table.
 */
import { AuthMemory, NO_MEMORY } from "../../shared/auth-failures/memory.ts";
import { distinctSources } from "../../shared/auth-failures/verdict.ts";
import { deliveryOf, sourceOf } from "./auth-lines.ts";
import { desiredAuth, FROM, LINES_EACH, NOW, perSecond, takeTimed } from "./auth-reading.ts";
import type { SourceFigures, SourceLoad } from "./auth-sources.ts";

const [text = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(measure(JSON.parse(text))));

function measure({ lines, sources }: SourceLoad): SourceFigures {
  const desired = desiredAuth();
  const reachSeconds = Math.floor(desired.limits.windowSeconds * 0.9);
  let [memory, spentMs, itemBytes] = [NO_MEMORY, 0, 0];
  for (let first = 0; first < lines; first += LINES_EACH) {
    const batch = Array.from({ length: Math.min(LINES_EACH, lines - first) }, (_, index) => ({
      outcome: "refused" as const,
      reason: "no-certificate",
      source: sourceOf((first + index) % sources),
      at: NOW - ((first + index) % reachSeconds),
    }));
    const taken = takeTimed(desired, memory, deliveryOf(FROM, batch, first));
    const { decodeMs, readMs, countMs } = taken.phases;
    spentMs += decodeMs + readMs + countMs;
    const item = JSON.stringify(taken.memory);
    itemBytes = Math.max(itemBytes, Buffer.byteLength(item));
    memory = AuthMemory.parse(JSON.parse(item));
  }
  const counted = distinctSources(memory.slots);
  return {
    ...{ lines, sources, counted, itemBytes },
    errorPercent: Math.round((Math.abs(counted - sources) / sources) * 1_000) / 10,
    told: memory.scan === null ? memory.floods.length : memory.floods.length + 1,
    linesPerSecond: perSecond(lines, spentMs),
    // `maxRSS` is in kibibytes.
    peakMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}
