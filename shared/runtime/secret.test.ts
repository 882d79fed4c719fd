import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "./secret.ts";

const secret = new Secret("eyJ.hbG.ciO");

describe("Secret", () => {
  it("gives its value to whoever unwraps it", () => {
    expect(secret.unwrap()).toBe("eyJ.hbG.ciO");
  });

  it.each([
    ["a text", `${secret}`],
    ["JSON", JSON.stringify({ secret })],
    ["what the console shows", inspect({ secret }, { depth: 9, showHidden: true })],
    ["the text of an error", String(new Error(`with ${secret}`))],
  ])("prints as [redacted] in %s", (_name, printed) => {
    expect(printed).toContain("[redacted]");
    expect(printed).not.toContain("hbG");
  });

  it("has no field that could be copied", () => {
    expect(Object.keys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
  });
});
