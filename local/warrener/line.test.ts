import { describe, expect, it } from "vitest";
import { toLines } from "./line.ts";

describe("toLines", () => {
  it("leaves what people read as it is", () => {
    const texts = ["", "serial ab12, until 2026-11-27 08:00:00 UTC", "Zoë's Häsin 兎 🐇", "a\\b"];
    expect(toLines(texts)).toEqual(texts);
  });

  it.each([
    ["a colour", "\u001b[31mred", "\\u001b[31mred"],
    ["a forged line", "a\r\n2026 b", "a\\u000d\\u000a2026 b"],
    ["the other form of an escape", "\u009b2J", "\\u009b2J"],
    ["a deletion", "ok\u007f\u0008", "ok\\u007f\\u0008"],
    ["a turned direction", "\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"],
    ["what is not seen", "a\u200bb\u{e0041}", "a\\u200bb\\udb40\\udc41"],
    ["a line separator", "a\u2028b", "a\\u2028b"],
    ["half of a character", "\ud83d", "\\ud83d"],
  ])("shows %s and does not let it act", (_case, text, shown) => {
    expect(toLines([text])).toEqual([shown]);
  });

  it("keeps a line of JSON what it was", () => {
    const value = { text: "\u001b\u009b\u202e\u2028\u{e0041}\n" };
    expect(JSON.parse(toLines([JSON.stringify(value)])[0] ?? "")).toEqual(value);
  });
});
