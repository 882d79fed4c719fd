import { describe, expect, it } from "vitest";
import { failureOf } from "./demos.ts";

const chapters = [
  { name: "jobs flow", ok: true, facts: { jobs: 20 }, durationMs: 1 },
  { name: "nothing leaked", ok: false, facts: {}, failure: "a key was seen", durationMs: 1 },
];

describe("failureOf", () => {
  it("finds none in a story that held", () => {
    expect(failureOf(JSON.stringify({ ok: true, chapters: chapters.slice(0, 1) }))).toBeUndefined();
  });

  it("names the chapter that did not hold, and what did not", () => {
    expect(failureOf(JSON.stringify({ ok: false, chapters }))).toBe("nothing leaked: a key was seen");
  });

  it("does not take a story that broke off for one that held", () => {
    expect(failureOf(JSON.stringify({ ok: false, chapters: chapters.slice(0, 1) }))).toBe("it broke off");
  });

  it.each(["", "Error: no", "{}", '{ "ok": true }'])("does not take %j for a story", (document) => {
    expect(failureOf(document)).toBe("it told no story");
  });
});
