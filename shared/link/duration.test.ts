import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { DURATION_MAX_SECONDS, formatDuration, parseDuration } from "./duration.ts";

describe("parseDuration", () => {
  it.each([
    ["90 seconds", 90],
    ["1 second", 1],
    ["0 seconds", 0],
    ["15 minutes", 900],
    ["36 hours", 129_600],
    ["7 days", 604_800],
    ["1 day 12 hours", 129_600],
    ["2 weeks", 1_209_600],
    ["10 years", 315_360_000],
    ["1 year 2 weeks 3 days 4 hours 5 minutes 6 seconds", 33_019_506],
  ])("reads %j as %i seconds", (text, seconds) => {
    expect(parseDuration(text)).toEqual({ seconds });
  });

  it.each([
    "",
    "7",
    "7days",
    "7  days",
    " 7 days",
    "7 days ",
    "seven days",
    "-1 days",
    "1.5 hours",
    "7 Days",
    "12 hours 1 day",
    "1 day 1 day",
    "1 day, 12 hours",
    "1 day 12",
    "3 constructors",
    "12345678901 seconds",
  ])("refuses %j with an example", (text) => {
    expect(parseDuration(text)).toEqual({
      fault: `"${text}" is not a duration: write a duration such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours"`,
    });
  });

  it("refuses months, whose length varies", () => {
    expect(parseDuration("3 months")).toEqual({
      fault: '"3 months" has months, whose length varies: write days instead',
    });
  });

  it("refuses more than a hundred years", () => {
    expect(parseDuration("100 years")).toEqual({ seconds: DURATION_MAX_SECONDS });
    expect(parseDuration("100 years 1 second")).toEqual({ fault: '"100 years 1 second" is over 100 years' });
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 seconds"],
    [1, "1 second"],
    [86_400, "1 day"],
    [604_800, "7 days"],
    [129_661, "1 day 12 hours 1 minute 1 second"],
  ])("writes %i as %j", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it("writes what parseDuration reads", () => {
    const anySeconds = fc.integer({ min: 0, max: DURATION_MAX_SECONDS });
    fc.assert(
      fc.property(anySeconds, (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toEqual({ seconds });
      }),
      runs(),
    );
  });
});
