import { describe, expect, it } from "vitest";
import { measureSources } from "./auth-sources.ts";

describe("reading lines of refused callers", () => {
  it("takes no more memory for 60,000 sources than the function has, and counts them to a tenth", async () => {
    const [figures] = await measureSources([{ lines: 60_000, sources: 60_000 }]);
    // One scan, and none of the sources stands out.
    expect(figures).toMatchObject({ lines: 60_000, told: 1 });
    expect(figures?.errorPercent).toBeLessThan(10);
    expect(figures?.peakMb).toBeLessThan(512);
    expect(figures?.itemBytes).toBeLessThan(100_000);
  }, 120_000);
});
