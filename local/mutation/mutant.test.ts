import { describe, expect, it } from "vitest";
import { inOneLine, textAt } from "./mutant.ts";

const source = "const a = 1;\nif (a) {\n  go();\n}\n";
const place = (fromLine: number, fromColumn: number, toLine: number, toColumn: number) => ({
  start: { line: fromLine, column: fromColumn },
  end: { line: toLine, column: toColumn },
});

describe("textAt", () => {
  it("takes a part of one line, up to but without its last column", () => {
    expect(textAt(source, place(1, 11, 1, 12))).toBe("1");
    expect(textAt(source, place(2, 5, 2, 6))).toBe("a");
  });

  it("takes what lies between two lines with their ends", () => {
    expect(textAt(source, place(2, 8, 4, 2))).toBe("{\n  go();\n}");
  });
});

describe("inOneLine", () => {
  it("makes any white space one space, and leaves none at the ends", () => {
    expect(inOneLine("{\n  go();\n}\n")).toBe("{ go(); }");
  });
});
