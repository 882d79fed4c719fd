import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "./filter-pattern.ts";

const line = JSON.stringify({
  event: "caller.accepted",
  status: 200,
  latencyMs: 12.5,
  ok: true,
  failed: false,
  reason: null,
  caller: { serial: "0a1b", "cluster.name": "c-1", ip: "10.1.2.3" },
  list: ["a"],
});

describe("parseFilterPattern", () => {
  it.each([
    ["", true],
    ['{ $.event = "caller.accepted" }', true],
    ['{ $.event = "caller.refused" }', false],
    ['{ $.event = "Caller.accepted" }', false],
    ['{ $.event != "caller.refused" }', true],
    ['{ $.event = "caller.*" }', true],
    ['{ $.event = "*accepted" }', true],
    ['{ $.event = "caller" }', false],
    ["{ $.caller.ip = 10.1.* }", true],
    ["{ $.caller.ip = 11.1.* }", false],
    ['{ $.caller.serial = "0a1b" }', true],
    ["{$.caller.serial=0a1b}", true],
    ["{ $.caller.['cluster.name'] = \"c-1\" }", true],
    ["{ $.caller['cluster.name'] = \"c-1\" }", true],
    ["{ $.status = 200 }", true],
    ["{ $.status != 200 }", false],
    ["{ $.status > 199 }", true],
    ["{ $.status > 200 }", false],
    ["{ $.status >= 200 }", true],
    ["{ $.status < 200 }", false],
    ["{ $.status <= 2e2 }", true],
    ["{ $.latencyMs < 12.6 }", true],
    ['{ $.status = "*" }', true],
    ['{ $.missing = "*" }', false],
    ['{ $.missing != "x" }', false],
    ["{ $.missing < 5 }", false],
    ['{ $.caller = "*" }', false],
    ['{ $.list = "*" }', false],
    ["{ $.ok IS TRUE }", true],
    ["{ $.ok IS FALSE }", false],
    ["{ $.failed IS FALSE }", true],
    ["{ $.reason IS NULL }", true],
    ["{ $.missing IS NULL }", false],
    ["{ $.missing NOT EXISTS }", true],
    ["{ $.reason NOT EXISTS }", false],
    ['{ $.status = 200 && $.event = "x" }', false],
    ['{ $.status = 200 || $.event = "x" }', true],
    ['{ $.event = "x" && $.status = 1 || $.ok IS TRUE }', true],
    ['{ $.event = "x" && ($.status = 1 || $.ok IS TRUE) }', false],
    ['{ ($.status = 200) && ($.caller.serial = "0a1b") }', true],
    ["accepted", true],
    ["Accepted", false],
    ['"caller.accepted"', true],
    ['accepted "10.1.2.3"', true],
    ["accepted refused", false],
    ["?refused ?accepted", true],
    ["?refused ?denied", false],
    ["accepted -refused", true],
    ["accepted -serial", false],
    ["-refused", true],
    ["refused ?accepted", false],
    ["accepted ?refused", true],
    ['"\\"status\\":200"', true],
  ])("%s is %s", (pattern, expected) => {
    expect(parseFilterPattern(pattern)(line)).toBe(expected);
  });

  it("matches no message that is not one JSON document with a JSON pattern", () => {
    const matches = parseFilterPattern("{ $.missing NOT EXISTS }");
    expect(matches("plain text")).toBe(false);
    expect(matches(`${line}\n${line}`)).toBe(false);
  });

  it.each([
    "{ $.a = %4[0-9]+% }",
    "{ $.list[0] = 1 }",
    "{ $.list[*].x = 1 }",
    "{ $.a EXISTS }",
    '{ $.a > "x" }',
    "{ $.a = }",
    "{ $.a }",
    "{ }",
    '{ ($.a = "x" }',
    '{ $.a = "x" $.b = "y" }',
    '{ "x" = $.a }',
    "[ip, user, status = 4*]",
    "%ERROR%",
    "caller.accepted",
    '"unclosed',
  ])("refuses %s", (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(
      expect.objectContaining({ name: "FilterPatternError" }),
    );
  });
});
