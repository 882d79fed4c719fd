import { describe, expect, it } from "vitest";
import { addSources, countSources, NO_SOURCES, SKETCH } from "./sources-distinct.ts";

/** Addresses as a scan has them: one after the other. */
const addresses = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  });

describe("countSources", () => {
  it.each([1, 10, 100, 1_000, 2_500, 10_000, 100_000])("is within a tenth of %d sources", (count) => {
    const sketch = addSources(NO_SOURCES, addresses(count));
    expect(sketch).toMatch(SKETCH);
    expect(Math.abs(countSources([sketch]) - count)).toBeLessThanOrEqual(Math.max(1, count / 10));
  });

  it("has none of none", () => {
    expect(countSources([])).toBe(0);
    expect(countSources([NO_SOURCES, addSources(NO_SOURCES, [])])).toBe(0);
  });

  it("counts whoever is in several sketches once, as one sketch of all does", () => {
    const one = addSources(NO_SOURCES, addresses(600));
    const other = addSources(NO_SOURCES, addresses(600, 300));
    expect(countSources([one, other])).toBe(countSources([addSources(NO_SOURCES, addresses(900))]));
  });
});

describe("addSources", () => {
  it("is the same in any order, and however often one comes", () => {
    const all = addresses(500);
    const once = addSources(NO_SOURCES, all);
    expect(addSources(addSources(NO_SOURCES, all.toReversed()), all.slice(0, 100))).toBe(once);
  });
});
