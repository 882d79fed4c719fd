import { describe, expect, it } from "vitest";
import { quickened, realDurations } from "./durations.ts";

describe("quickened", () => {
  it("makes everything as much faster as it is told, and refuses what is no speed", () => {
    expect(quickened(10)).toMatchObject({ negotiationMs: 500, replacementMs: 18_000, azureLagMs: 6_000 });
    expect(Object.keys(quickened(2))).toEqual(Object.keys(realDurations));
    for (const speed of [0, -1, Number.NaN]) expect(() => quickened(speed)).toThrow("over 0");
  });
});
