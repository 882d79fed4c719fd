/** What holds for each sample of each reader. */
import { expect, it } from "vitest";
import { parseFilterPattern } from "../../../local/aws/filter-pattern.ts";
import { AuthEvent } from "../schema.ts";
import { CANARY, readSample, type Samples } from "./test-samples.ts";

export function itReads({ group, samples }: Samples): void {
  it.each(samples)("reads $says", (sample) => {
    expect(readSample(group, sample)).toEqual(sample.reading);
  });

  it("finds with its filter pattern every line that it reads as an event", () => {
    const finds = parseFilterPattern(group.filterPattern);
    const missed = samples.filter(({ reading, message }) => typeof reading === "object" && !finds(message));
    expect(missed).toEqual([]);
  });

  it("counts with its other pattern every caller that was refused, and none that was accepted", () => {
    const counts = parseFilterPattern(group.refusedPattern);
    const wrong = samples.filter(
      ({ reading, message }) =>
        typeof reading === "object" && counts(message) !== (reading.outcome === "refused"),
    );
    expect(wrong).toEqual([]);
  });

  it("lets nothing through but what an event has a place for, and no word of a caller's", () => {
    const readings = samples.map((sample) => readSample(group, sample));
    for (const reading of readings) {
      if (typeof reading === "object") expect(AuthEvent.parse(reading)).toEqual(reading);
      expect(JSON.stringify(reading)).not.toContain(CANARY);
    }
  });

  it("is shown a dozen lines at least", () => {
    expect(samples.length).toBeGreaterThanOrEqual(12);
  });
}
