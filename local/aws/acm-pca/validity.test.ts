import { describe, expect, it } from "vitest";
import { endOf, type Validity } from "./validity.ts";

const issuedAtMs = Date.parse("2026-11-21T08:00:00.000Z");
const end = (validity: Validity) => new Date(endOf(validity, issuedAtMs)).toISOString();

describe("endOf", () => {
  it.each([
    ["DAYS", 90, "2027-02-19T08:00:00.000Z"],
    ["MONTHS", 3, "2027-02-21T08:00:00.000Z"],
    ["YEARS", 2, "2028-11-21T08:00:00.000Z"],
    ["ABSOLUTE", 2_524_608_000, "2050-01-01T00:00:00.000Z"],
    ["END_DATE", 491_231_235_959, "2049-12-31T23:59:59.000Z"],
    ["END_DATE", 500_101_000_000, "1950-01-01T00:00:00.000Z"],
    ["END_DATE", 20_270_102_030_405, "2027-01-02T03:04:05.000Z"],
    ["END_DATE", 90_102_030_405, "2009-01-02T03:04:05.000Z"],
  ] as const)("reads %s %d", (Type, Value, expected) => {
    expect(end({ Type, Value })).toBe(expected);
  });

  it.each([20_270_230_000_000, 271_301_000_000, 5])("refuses the end date %d", (Value) => {
    expect(() => end({ Type: "END_DATE", Value })).toThrow("is not a date");
  });
});
