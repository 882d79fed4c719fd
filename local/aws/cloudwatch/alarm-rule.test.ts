import { describe, expect, it } from "vitest";
import { parseAlarmRule } from "./alarm-rule.ts";
import type { AlarmState } from "./evaluate.ts";

const states: Readonly<Record<string, AlarmState>> = { a: "ALARM", b: "OK", c: "INSUFFICIENT_DATA" };
const stateOf = (alarm: string): AlarmState => {
  const state = states[alarm];
  if (state === undefined) throw new Error(`there is no alarm ${alarm}`);
  return state;
};

describe("parseAlarmRule", () => {
  it.each([
    ["ALARM(a)", true],
    ['ALARM("a")', true],
    ["ALARM( a )", true],
    ["ALARM(b)", false],
    ["OK(b)", true],
    ["INSUFFICIENT_DATA(c)", true],
    ["NOT ALARM(a)", false],
    ["NOT NOT ALARM(a)", true],
    ["ALARM(a) AND ALARM(b)", false],
    ["ALARM(a) AND NOT ALARM(b)", true],
    ["ALARM(a) OR ALARM(b) AND ALARM(c)", true],
    ["(ALARM(a) OR ALARM(b)) AND ALARM(c)", false],
    ["TRUE AND NOT FALSE", true],
    ["ALARM(a) AND (OK(b) OR OK(c))", true],
  ])("reads %s as %s", (rule, expected) => {
    expect(parseAlarmRule(rule).holds(stateOf)).toBe(expected);
  });

  it("names its alarms, each once, by name or ARN", () => {
    const arn = "arn:aws:cloudwatch:eu-west-2:111122223333:alarm:x y";
    expect(parseAlarmRule(`ALARM(a) AND OK("${arn}") OR OK(a)`).alarms).toEqual(["a", arn]);
  });

  it.each([
    "",
    "a",
    "ALARM()",
    'ALARM("")',
    "ALARM(a",
    "ALARM a",
    "ALARM(a) ALARM(b)",
    "ALARM(a) AND",
    "AND ALARM(a)",
    "alarm(a)",
    "(ALARM(a)",
    "ALARM(a))",
    'ALARM("a)',
  ])("refuses %j", (rule) => {
    expect(() => parseAlarmRule(rule)).toThrow(expect.objectContaining({ name: "AlarmRuleError" }));
  });

  it("refuses more than a hundred alarms, and more than five hundred elements", () => {
    const rule = (count: number, name: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => `ALARM(${name(index)})`).join(" OR ");
    expect(parseAlarmRule(rule(100, (index) => `x${index}`)).alarms).toHaveLength(100);
    expect(() => parseAlarmRule(rule(101, (index) => `x${index}`))).toThrow(/at most 100 alarms/);
    expect(() => parseAlarmRule(rule(501, () => "x"))).toThrow(/at most 500 elements/);
  });
});
