import { describe, expect, it } from "vitest";
import { field, instantOf, integerOf, listOf, textAt, textsIn } from "./event-fields.ts";

describe("field", () => {
  it("finds what stands there, and nothing that every object has", () => {
    expect(field({ a: { b: 0 } }, "a", "b")).toBe(0);
    expect(field({ a: {} }, "a", "constructor")).toBeUndefined();
    expect(field({ a: null }, "a", "b")).toBeUndefined();
    expect(field("text", "length")).toBeUndefined();
  });
});

describe("textAt", () => {
  it("is bounded, without what stands around it", () => {
    expect(textAt({ a: `  ${"x".repeat(200)}` }, "a")).toBe(`${"x".repeat(127)}…`);
  });

  it("is null for what is empty or no text", () => {
    for (const a of ["", " \n", 7, {}, null]) expect(textAt({ a }, "a")).toBeNull();
  });
});

describe("integerOf", () => {
  it("reads numbers and texts of numbers, zero and -1 among them", () => {
    expect([0, "0", -1, "-1", 443, "443"].map(integerOf)).toEqual([0, 0, -1, -1, 443, 443]);
  });

  it("is null for every other thing", () => {
    for (const value of ["", "1e3", " 1", 1.5, Number.NaN, true, null]) expect(integerOf(value)).toBeNull();
  });
});

describe("listOf", () => {
  it("reads each form of a list", () => {
    expect(listOf({ items: [1, 2] })).toEqual([1, 2]);
    expect(listOf({ items: { a: 1 } })).toEqual([{ a: 1 }]);
    expect(listOf([1])).toEqual([1]);
    expect(listOf({ a: 1, tag: 1 })).toEqual([{ a: 1, tag: 1 }]);
  });

  it("is empty for an empty one, and for what is none", () => {
    for (const value of [{}, [], { items: [] }, undefined, null, "x"]) expect(listOf(value)).toEqual([]);
  });
});

describe("instantOf", () => {
  it("reads the times of both clouds, to the second", () => {
    const at = Date.UTC(2026, 10, 21, 8, 0, 12) / 1000;
    expect(
      ["2026-11-21T08:00:12Z", "2026-11-21T08:00:12.9999999Z", "2026-11-21T09:00:12+01:00"].map(instantOf),
    ).toEqual([at, at, at]);
  });

  it("is null for what is no time, or before all", () => {
    for (const value of ["2026-11-21", "2026-13-41T08:00:12Z", "1969-12-31T23:59:59Z", "now", 0, null])
      expect(instantOf(value)).toBeNull();
  });
});

describe("textsIn", () => {
  it("finds every text, wherever it stands", () => {
    expect(textsIn({ a: ["x", { b: "y" }], c: 1 }).toSorted()).toEqual(["x", "y"]);
  });
});
