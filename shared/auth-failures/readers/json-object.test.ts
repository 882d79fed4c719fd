import { describe, expect, it } from "vitest";
import { isSaid, parseObject, valueAtPath, valueIn } from "./json-object.ts";

describe("valueIn", () => {
  it("knows no property that every object has", () => {
    expect(valueIn({}, "constructor")).toBeUndefined();
    expect(valueIn({}, "__proto__")).toBeUndefined();
  });

  it("tells a value that is null, false or zero from one that is not there", () => {
    const object = { none: null, no: false, zero: 0 };
    expect(["none", "no", "zero", "missing"].map((key) => valueIn(object, key))).toEqual([
      null,
      false,
      0,
      undefined,
    ]);
  });
});

describe("valueAtPath", () => {
  it("goes from object to object, and through nothing else", () => {
    expect(valueAtPath({ a: { b: { c: 1 } } }, "a.b.c")).toBe(1);
    expect(valueAtPath({ a: "text" }, "a.length")).toBeUndefined();
    expect(valueAtPath({ a: [{ b: 1 }] }, "a.0.b")).toBeUndefined();
    expect(valueAtPath({ "a.b": 1 }, "a.b")).toBeUndefined();
  });
});

describe("parseObject", () => {
  it.each(["", "[]", "null", "7", '"{}"', "{", "{}x", "x{}"])("takes %j for no object", (text) => {
    expect(parseObject(text)).toBeNull();
  });

  it("takes an object with space around it", () => {
    expect(parseObject(' {"a":1}\n')).toEqual({ a: 1 });
  });

  it("answers nesting that is deeper than any stack", () => {
    expect(parseObject('{"a":'.repeat(50_000))).toBeNull();
    expect(parseObject(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`)).toBeTypeOf("object");
  });
});

describe("isSaid", () => {
  it("takes what proxies write for nothing as nothing, and zero as something", () => {
    expect(["-", null, undefined].map(isSaid)).toEqual([false, false, false]);
    expect([0, "", false].map(isSaid)).toEqual([true, true, true]);
  });
});
