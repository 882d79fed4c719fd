import { describe, expect, it } from "vitest";
import { joinText, splitText } from "./row-text.ts";
import { TEXT_MAX } from "./rows.ts";

describe("splitText", () => {
  it("keeps a short text in one property, which is there for an empty one too", () => {
    expect(splitText("short")).toEqual({ text: "short" });
    expect(splitText("")).toEqual({ text: "" });
    expect(Object.keys(splitText("x".repeat(32_000)))).toEqual(["text"]);
  });

  it("spreads a longer one over properties of 64 KiB at most, and cuts no character in two", () => {
    const text = `x${"\u{1f407}".repeat(20_000)}`;
    const properties = splitText(text);
    expect(Object.keys(properties)).toEqual(["text", "text2"]);
    for (const part of Object.values(properties)) {
      expect(part.length * 2).toBeLessThanOrEqual(65_536);
      expect(part.isWellFormed()).toBe(true);
    }
    expect(joinText({ ...properties, timestamp: "now" })).toBe(text);
  });

  it("refuses what no row holds", () => {
    expect(() => splitText("x".repeat(TEXT_MAX + 1))).toThrow(/over 480000 characters/);
  });
});
