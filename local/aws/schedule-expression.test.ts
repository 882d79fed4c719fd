import { describe, expect, it } from "vitest";
import { parseSchedule } from "./schedule-expression.ts";

const at = (iso: string) => Date.parse(iso);

function runs(expression: string, after: string, count: number, timeZone = "UTC"): string[] {
  const next = parseSchedule(expression, timeZone, at(after));
  const found: string[] = [];
  for (let ms = next(at(after)); ms !== undefined && found.length < count; ms = next(ms)) {
    found.push(new Date(ms).toISOString().slice(0, 16));
  }
  return found;
}

describe("parseSchedule", () => {
  it.each([
    ["cron(0 2 * * ? *)", "2026-03-27T00:00Z", ["2026-03-27T02:00", "2026-03-28T02:00"]],
    ["cron(15 10 ? * 6L 2026-2027)", "2026-01-01T00:00Z", ["2026-01-30T10:15", "2026-02-27T10:15"]],
    ["cron(0 18 ? * MON-FRI *)", "2026-11-20T19:00Z", ["2026-11-23T18:00", "2026-11-24T18:00"]],
    ["cron(0/10 * ? * MON-FRI *)", "2026-11-20T23:45Z", ["2026-11-20T23:50", "2026-11-23T00:00"]],
    ["cron(5,30/15 8 ? * 1 *)", "2026-01-01T00:00Z", ["2026-01-04T08:05", "2026-01-04T08:30"]],
    ["cron(0 9 ? * 2#1 *)", "2026-01-01T00:00Z", ["2026-01-05T09:00", "2026-02-02T09:00"]],
    ["cron(0 9 LW * ? *)", "2026-01-01T00:00Z", ["2026-01-30T09:00", "2026-02-27T09:00"]],
    ["cron(0 9 L * ? *)", "2026-01-01T00:00Z", ["2026-01-31T09:00", "2026-02-28T09:00"]],
    ["cron(0 0 29 2 ? *)", "2026-01-01T00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["rate(5 minutes)", "2026-11-21T08:00Z", ["2026-11-21T08:05", "2026-11-21T08:10"]],
    ["rate(1 hour)", "2026-11-21T08:00Z", ["2026-11-21T09:00", "2026-11-21T10:00"]],
    ["rate(2 days)", "2026-11-21T08:00Z", ["2026-11-23T08:00", "2026-11-25T08:00"]],
    ["at(2026-11-21T08:00:00)", "2026-11-01T00:00Z", ["2026-11-21T08:00"]],
    ["at(2026-11-21T08:00:00)", "2026-11-21T08:00Z", []],
  ])("%s", (expression, after, expected) => {
    expect(runs(expression, after, 2)).toEqual(expected);
  });

  it("runs a rate at its start as well", () => {
    const start = at("2026-11-21T08:00Z");
    expect(parseSchedule("rate(5 minutes)", "UTC", start)(start - 1)).toBe(start);
  });

  it("follows the time zone through summer and winter", () => {
    expect(runs("cron(0 2 * * ? *)", "2026-03-27T12:00Z", 3, "Europe/London")).toEqual([
      "2026-03-28T02:00",
      "2026-03-29T01:00",
      "2026-03-30T01:00",
    ]);
    expect(runs("at(2026-07-01T08:00:00)", "2026-01-01T00:00Z", 1, "Europe/Berlin")).toEqual([
      "2026-07-01T06:00",
    ]);
  });

  it("skips a local time that daylight saving skips", () => {
    expect(runs("cron(30 1 * * ? *)", "2026-03-28T00:00Z", 3, "Europe/London")).toEqual([
      "2026-03-28T01:30",
      "2026-03-30T00:30",
      "2026-03-31T00:30",
    ]);
    expect(runs("at(2026-03-29T01:30:00)", "2026-01-01T00:00Z", 1, "Europe/London")).toEqual([]);
  });

  it("runs once at a local time that daylight saving repeats", () => {
    expect(runs("cron(30 1 * * ? *)", "2026-10-24T12:00Z", 2, "Europe/London")).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  it.each([
    "cron(0 2 * * * *)",
    "cron(0 2 ? * ? *)",
    "cron(60 2 * * ? *)",
    "cron(0 2 ? * 8 *)",
    "cron(0 2 * * ?)",
    "cron(0 2 * * ? 1969)",
    "cron(0 2 * * ? 2200)",
    "cron(0 2 x * ? *)",
    "rate(0 minutes)",
    "rate(5 seconds)",
    "rate(1.5 hours)",
    "at(2026-11-21)",
    "at(2026-13-21T08:00:00)",
    "every 5 minutes",
  ])("refuses %s", (expression) => {
    expect(() => parseSchedule(expression, "UTC", 0)).toThrow(`Invalid schedule expression ${expression}`);
  });

  it("refuses a time zone that does not exist", () => {
    expect(() => parseSchedule("cron(0 2 * * ? *)", "Europe/Nowhere", 0)).toThrow(
      "Invalid schedule expression",
    );
  });
});
