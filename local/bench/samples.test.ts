import { describe, expect, it } from "vitest";
import { ratio, summarize } from "./samples.ts";

describe("summarize", () => {
  it("takes the middle of an odd number of times, whatever their order", () => {
    expect(summarize([30, 10, 20])).toEqual({ runs: 3, medianMs: 20, minMs: 10, maxMs: 30 });
  });

  it("takes the mean of the two in the middle of an even number of times", () => {
    expect(summarize([9, 100, 1, 4]).medianMs).toBe(6.5);
  });

  it("compares times as numbers and not as texts", () => {
    expect(summarize([9, 10, 100]).medianMs).toBe(10);
  });

  it("refuses to sum up nothing", () => {
    expect(() => summarize([])).toThrow("nothing was measured");
  });
});

describe("ratio", () => {
  it("has two digits after the point", () => {
    expect(ratio(10, 3)).toBe(3.33);
  });
});
