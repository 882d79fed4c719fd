import { describe, expect, it } from "vitest";
import { treeOf } from "./form.ts";

const tree = (text: string) => treeOf(new URLSearchParams(text));

describe("treeOf", () => {
  it("reads objects by their names and lists by their numbers, in their order", () => {
    expect(tree("A=1&B.C=2&L.2.V=y&L.10.V=z&L.1.V=x")).toEqual({
      A: "1",
      B: { C: "2" },
      L: [{ V: "x" }, { V: "y" }, { V: "z" }],
    });
  });

  it("refuses a name that is a value and the way to another, whichever comes first, and one that comes twice", () => {
    for (const text of ["A=1&A.B=2", "A.B=2&A=1", "A=1&A=2"]) {
      expect(() => tree(text), text).toThrow(expect.objectContaining({ code: "MalformedQueryString" }));
    }
  });

  it("takes names of JavaScript's own for names", () => {
    expect(Object.keys(tree("constructor.prototype=1"))).toEqual(["constructor"]);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    tree("__proto__.polluted=1");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
