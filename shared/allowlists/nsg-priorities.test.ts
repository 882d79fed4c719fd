import { describe, expect, it } from "vitest";
import { freeBelow, freePriority, lastFree } from "./nsg-priorities.ts";

const taken = (from: number, to: number) =>
  new Set(Array.from({ length: to - from + 1 }, (_, index) => from + index));

describe("freePriority", () => {
  it("is the first from 1,000 on, so that room is left above, up to the very last", () => {
    expect(freePriority(new Set(), Number.POSITIVE_INFINITY)).toBe(1_000);
    expect(freePriority(taken(1_000, 1_004), Number.POSITIVE_INFINITY)).toBe(1_005);
    expect(freePriority(taken(1_000, 4_095), Number.POSITIVE_INFINITY)).toBe(4_096);
  });

  it("is the last below a limit that leaves nothing from 1,000 on, and never the limit itself", () => {
    expect(freePriority(new Set(), 1_000)).toBe(999);
    expect(freePriority(taken(1_000, 1_004), 1_005)).toBe(999);
    expect(freePriority(taken(1_000, 4_096), Number.POSITIVE_INFINITY)).toBe(999);
    expect(freePriority(new Set(), 101)).toBe(100);
    expect(freePriority(new Set(), 100)).toBeNull();
    expect(freePriority(taken(100, 149), 150)).toBeNull();
  });
});

describe("lastFree", () => {
  it("is the last that is free, of all or of those between two", () => {
    expect(lastFree(new Set())).toBe(4_096);
    expect(lastFree(taken(4_000, 4_096))).toBe(3_999);
    expect(lastFree(taken(150, 198), 200, 150)).toBe(199);
    expect(lastFree(taken(150, 199), 200, 150)).toBeNull();
    expect(lastFree(taken(151, 199), 200, 150)).toBe(150);
  });
});

describe("freeBelow", () => {
  it("counts what is free before a limit, and nothing after it", () => {
    expect(freeBelow(new Set([100, 105, 110, 300]), 110)).toBe(8);
    expect(freeBelow(new Set(), 100)).toBe(0);
  });
});
