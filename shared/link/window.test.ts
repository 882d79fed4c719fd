import { describe, expect, it } from "vitest";
import { longestClosedSeconds, openSeconds, RenewalWindow } from "./window.ts";

const HOUR = 3_600;

describe("RenewalWindow", () => {
  it("names each day once, in the order of the week", () => {
    const { days } = RenewalWindow.parse({
      days: ["sun", "mon", "sun"],
      from: "22:00",
      to: "05:00",
      timeZone: "UTC",
    });
    expect(days).toEqual(["mon", "sun"]);
  });
});

describe("openSeconds", () => {
  it("counts past midnight when `to` is earlier than `from`", () => {
    expect(openSeconds({ from: "22:00", to: "05:30" })).toBe(7.5 * HOUR);
  });

  it("counts to midnight when `to` is midnight", () => {
    expect(openSeconds({ from: "22:00", to: "00:00" })).toBe(2 * HOUR);
  });

  it("is zero when the window closes as it opens", () => {
    expect(openSeconds({ from: "09:00", to: "09:00" })).toBe(0);
  });
});

describe("longestClosedSeconds", () => {
  const always = { from: "09:00", to: "17:00", timeZone: "UTC" } as const;

  it("is the night between the openings of every day", () => {
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
    expect(longestClosedSeconds({ ...always, days: [...days] })).toBe(16 * HOUR);
  });

  it("is the weekend between working days", () => {
    expect(longestClosedSeconds({ ...always, days: ["mon", "tue", "wed", "thu", "fri"] })).toBe(64 * HOUR);
  });

  it("is the week but one opening when a single day is listed", () => {
    expect(longestClosedSeconds({ ...always, days: ["wed"] })).toBe((7 * 24 - 8) * HOUR);
  });

  it("allows two hours more where clocks are turned back", () => {
    expect(longestClosedSeconds({ ...always, days: ["wed"], timeZone: "Europe/London" })).toBe(
      (7 * 24 - 6) * HOUR,
    );
  });
});
