import { describe, expect, it } from "vitest";
import { type AlarmState, evaluateAlarm, type Settings } from "./evaluate.ts";

const settings = (more: Partial<Settings> = {}): Settings => ({
  comparison: "LessThanThreshold",
  threshold: 1,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  treatMissingData: "missing",
  ...more,
});
/** As the documentation writes it: 0 is within the threshold, X is not, - is missing. */
const range = (text: string) =>
  text.split(" ").map((point) => (point === "-" ? undefined : point === "X" ? 0 : 1));
const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const;
const all = (datapointsToAlarm: number, text: string, current: AlarmState) =>
  treatments.map((treatMissingData) =>
    evaluateAlarm(settings({ datapointsToAlarm, treatMissingData }), range(text), current),
  );
const RETAINED = "INSUFFICIENT_DATA";

describe("evaluateAlarm", () => {
  // The page's own tables, in the order of their columns.
  it.each([
    ["0 - X - X", ["OK", "OK", "OK", "OK"]],
    ["0 - - - -", ["OK", "OK", "OK", "OK"]],
    ["- - - - -", ["INSUFFICIENT_DATA", RETAINED, "ALARM", "OK"]],
    ["0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["- - X - -", ["ALARM", RETAINED, "ALARM", "OK"]],
  ])("three of three: makes of %s %j for missing, ignore, breaching, notBreaching", (text, expected) => {
    expect(all(3, text, RETAINED)).toEqual(expected);
  });

  it.each([
    ["0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 - X - -", ["OK", "OK", "ALARM", "OK"]],
    ["- - - - 0", ["OK", "OK", "ALARM", "OK"]],
    ["- - - X -", ["ALARM", RETAINED, "ALARM", "OK"]],
  ])("two of three: makes of %s %j for missing, ignore, breaching, notBreaching", (text, expected) => {
    expect(all(2, text, RETAINED)).toEqual(expected);
  });

  it("keeps the state that it has where missing data is ignored, whichever that is", () => {
    for (const current of ["OK", "ALARM"] as const)
      expect(evaluateAlarm(settings({ treatMissingData: "ignore" }), range("- - - - -"), current)).toBe(
        current,
      );
  });

  it("needs the whole range to be empty before what is not heard of counts as breaching", () => {
    const silent = settings({ treatMissingData: "breaching" });
    expect(evaluateAlarm(silent, range("0 - - - -"), "OK")).toBe("OK");
    expect(evaluateAlarm(silent, range("- - - - -"), "OK")).toBe("ALARM");
  });

  it.each([
    ["LessThanThreshold", 1, "OK"],
    ["LessThanOrEqualToThreshold", 1, "ALARM"],
    ["GreaterThanThreshold", 1, "OK"],
    ["GreaterThanOrEqualToThreshold", 1, "ALARM"],
    ["LessThanThreshold", 0, "ALARM"],
  ] as const)("compares a value with %s 1: %d is %s", (comparison, value, expected) => {
    expect(evaluateAlarm(settings({ comparison }), [value, value, value], "OK")).toBe(expected);
  });
});
