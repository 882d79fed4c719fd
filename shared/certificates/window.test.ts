import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { anyInstant, anyWindow } from "../../local/testing/arbitraries.ts";
import { longestClosedSeconds, type RenewalWindow } from "../link/window.ts";
import { toIso } from "../runtime/instant.ts";
import { openingsAround } from "./window.ts";

const at = (iso: string) => Date.parse(iso) / 1_000;

const around = (window: RenewalWindow, iso: string) => {
  const { before, after } = openingsAround(window, at(iso));
  return [before, after].map(({ from, to }) => `${toIso(from)} to ${toIso(to)}`);
};

describe("openingsAround", () => {
  const night: RenewalWindow = {
    days: ["mon", "thu"],
    from: "22:00",
    to: "05:00",
    timeZone: "Europe/London",
  };

  it("finds the opening that an instant lies in, and the next", () => {
    // 2026-11-24 is a Tuesday: Monday's opening lasts until its morning.
    expect(around(night, "2026-11-24T02:00:00Z")).toEqual([
      "2026-11-23T22:00:00Z to 2026-11-24T05:00:00Z",
      "2026-11-26T22:00:00Z to 2026-11-27T05:00:00Z",
    ]);
  });

  it("takes an opening's first second for part of it", () => {
    expect(around(night, "2026-11-23T22:00:00Z")[0]).toBe("2026-11-23T22:00:00Z to 2026-11-24T05:00:00Z");
    expect(around(night, "2026-11-23T21:59:59Z")[1]).toBe("2026-11-23T22:00:00Z to 2026-11-24T05:00:00Z");
  });

  it("looks a week back and ahead for a window of one day", () => {
    expect(around({ ...night, days: ["mon"] }, "2026-11-23T21:00:00Z")).toEqual([
      "2026-11-16T22:00:00Z to 2026-11-17T05:00:00Z",
      "2026-11-23T22:00:00Z to 2026-11-24T05:00:00Z",
    ]);
  });

  it("reads days and hours in the window's zone, where the date may be another", () => {
    const auckland: RenewalWindow = {
      days: ["mon"],
      from: "01:00",
      to: "02:00",
      timeZone: "Pacific/Auckland",
    };
    expect(around(auckland, "2026-11-22T12:30:00Z")[0]).toBe("2026-11-22T12:00:00Z to 2026-11-22T13:00:00Z");
  });

  it("follows a zone's summer time", () => {
    expect(around(night, "2026-07-21T00:00:00Z")[0]).toBe("2026-07-20T21:00:00Z to 2026-07-21T04:00:00Z");
  });

  it("shortens the night in which clocks go forward, and lengthens the one in which they go back", () => {
    const saturday: RenewalWindow = { ...night, days: ["sat"] };
    expect(around(saturday, "2026-03-29T00:00:00Z")[0]).toBe("2026-03-28T22:00:00Z to 2026-03-29T04:00:00Z");
    expect(around(saturday, "2026-10-25T00:00:00Z")[0]).toBe("2026-10-24T21:00:00Z to 2026-10-25T05:00:00Z");
  });

  it("moves an opening that clocks skip, and keeps its length", () => {
    // In London, 01:00 to 02:00 does not exist on 29 March 2026.
    const skipped: RenewalWindow = { days: ["sun"], from: "01:30", to: "02:00", timeZone: "Europe/London" };
    expect(around(skipped, "2026-03-29T12:00:00Z")[0]).toBe("2026-03-29T01:30:00Z to 2026-03-29T02:00:00Z");
  });

  it("takes the first of an hour that comes twice", () => {
    const twice: RenewalWindow = { days: ["sun"], from: "01:15", to: "01:45", timeZone: "Europe/London" };
    expect(around(twice, "2026-10-25T12:00:00Z")[0]).toBe("2026-10-25T00:15:00Z to 2026-10-25T00:45:00Z");
  });

  // In London, 01:00 to 02:00 does not exist on 29 March 2026, and comes twice on 25 October 2026.
  const sunday = (from: string, to: string): RenewalWindow => ({
    days: ["sun"],
    from,
    to,
    timeZone: "Europe/London",
  });

  it.each([
    ["ends in it", sunday("00:30", "01:30"), "2026-03-29T00:30:00Z to 2026-03-29T01:30:00Z"],
    ["starts in it", sunday("01:30", "03:30"), "2026-03-29T01:30:00Z to 2026-03-29T02:30:00Z"],
    ["would end as it starts", sunday("01:30", "02:30"), "2026-03-29T01:30:00Z to 2026-03-29T02:30:00Z"],
    ["would end before it starts", sunday("01:45", "02:15"), "2026-03-29T01:45:00Z to 2026-03-29T02:15:00Z"],
    ["has it within", sunday("00:30", "02:30"), "2026-03-29T00:30:00Z to 2026-03-29T01:30:00Z"],
  ])(
    "opens by what clocks show, around the hour that they skip, when the opening %s",
    (_how, window, opening) => {
      expect(around(window, "2026-03-29T12:00:00Z")[0]).toBe(opening);
    },
  );

  it.each([
    ["ends in it", sunday("00:30", "01:30"), "2026-10-24T23:30:00Z to 2026-10-25T00:30:00Z"],
    ["starts in it", sunday("01:30", "02:30"), "2026-10-25T00:30:00Z to 2026-10-25T02:30:00Z"],
    ["has it within", sunday("00:30", "02:30"), "2026-10-24T23:30:00Z to 2026-10-25T02:30:00Z"],
  ])("opens once, around the hour that comes twice, when the opening %s", (_how, window, opening) => {
    expect(around(window, "2026-10-25T12:00:00Z")[0]).toBe(opening);
  });

  it("goes over a midnight that clocks skip, in an opening of the day before", () => {
    // In Beirut, 29 March 2026 starts at 01:00.
    const beirut: RenewalWindow = { days: ["sat"], from: "23:30", to: "00:30", timeZone: "Asia/Beirut" };
    expect(around(beirut, "2026-03-29T12:00:00Z")[0]).toBe("2026-03-28T21:30:00Z to 2026-03-28T22:30:00Z");
    const fromMidnight: RenewalWindow = { ...beirut, days: ["sun"], from: "00:00", to: "02:00" };
    expect(around(fromMidnight, "2026-03-29T12:00:00Z")[0]).toBe(
      "2026-03-28T22:00:00Z to 2026-03-28T23:00:00Z",
    );
  });

  it("is never closed for longer than the link's arithmetic says, in any zone and year", () => {
    fc.assert(
      fc.property(anyWindow, anyInstant, (window, instant) => {
        const { before, after } = openingsAround(window, instant);
        expect(before.from).toBeLessThanOrEqual(instant);
        expect(after.from).toBeGreaterThan(instant);
        expect(before.to).toBeGreaterThan(before.from);
        expect(after.from - before.to).toBeLessThanOrEqual(longestClosedSeconds(window));
      }),
      runs(),
    );
  });
});
