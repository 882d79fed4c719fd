import { describe, expect, it } from "vitest";
import { nameSlug, roughly, sourceSlug } from "./conditions-words.ts";

describe("roughly", () => {
  it("changes three times for each power of ten", () => {
    expect([0, 9, 10, 19, 20, 49, 50, 100, 1_999, 1_000_000].map(roughly)).toEqual([
      "0",
      "9",
      "10 or more",
      "10 or more",
      "20 or more",
      "20 or more",
      "50 or more",
      "100 or more",
      "1,000 or more",
      "1,000,000 or more",
    ]);
  });
});

describe("the slugs of keys", () => {
  it("keep different names and addresses apart", () => {
    const names = ["a.b", "a-b", "a--b", "A-b", "*", "?", "", "x".repeat(60), "x".repeat(61)];
    expect(new Set(names.map(nameSlug)).size).toBe(names.length);
    expect(["10.0.0.1", "10::1", "1:0::1", "::1"].map(sourceSlug)).toEqual([
      "10-0-0-1",
      "v6-10--1",
      "v6-1-0--1",
      "v6---1",
    ]);
  });
});
