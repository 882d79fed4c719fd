import { describe, expect, it } from "vitest";
import { measureLoads } from "./load.ts";

describe("a run over 10,000 certificates that are due at once", () => {
  it("keeps both halves and the models of the clouds within 256 MB, and the CA's quota in use", async () => {
    const load = { certificates: 10_000, vaults: 20, issuePerSecond: 5, seed: 1, throttled: 0 };
    // It looks at all of them for 17 seconds, signs for as many, and keeps a minute.
    const [figures] = await measureLoads([{ ...load, timeLimitMs: 95_000, runsMax: 1 }]);
    expect(figures).toMatchObject({ trouble: 0, placesLate: 0 });
    expect(figures?.signed).toBeGreaterThan(50);
    expect(figures?.peakMb).toBeLessThan(256);
    expect(figures?.quotaUsed).toBeGreaterThanOrEqual(0.95);
    expect(figures?.longestRunSeconds).toBeLessThan(95);
    expect(figures?.issueCalls.reached).toBe(figures?.signed);
  }, 180_000);
});
