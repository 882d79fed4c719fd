import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { anyFraction, anyInstant, anyLifetimeSeconds, anyWindow } from "../../local/testing/arbitraries.ts";
import { longestClosedSeconds, type RenewalWindow } from "../link/window.ts";
import { toIso } from "../runtime/instant.ts";
import {
  closedLimitSeconds,
  earliestRenewalSeconds,
  jitterLimitSeconds,
  renewBySeconds,
} from "./lifetime.ts";
import { jitterOf, type Renewal, renewAt } from "./renewal.ts";
import { openingsAround } from "./window.ts";

const at = (iso: string) => Date.parse(iso) / 1_000;
const HOUR = 3_600;
const DAY = 86_400;

describe("renewAt", () => {
  // Issued on Saturday the 21st at noon: renewed by Thursday the 26th at 04:00, at the earliest on the 23rd at 20:00.
  const week: Renewal = {
    notAfter: at("2026-11-28T12:00:00Z"),
    lifetimeSeconds: 7 * DAY,
    fraction: 2 / 3,
    jitterSeconds: 0,
    window: undefined,
  };
  const utc = (days: RenewalWindow["days"], from: string, to: string): RenewalWindow => ({
    days,
    from,
    to,
    timeZone: "UTC",
  });

  it("is the end minus the lead", () => {
    expect(toIso(renewAt(week))).toBe("2026-11-26T04:00:00Z");
  });

  it("is drawn forward by jitter", () => {
    expect(toIso(renewAt({ ...week, jitterSeconds: 90 }))).toBe("2026-11-26T03:58:30Z");
  });

  it("rounds to the earlier second where the lead is no whole number", () => {
    expect(renewAt({ ...week, notAfter: 100, lifetimeSeconds: 100, fraction: 2 / 3 })).toBe(66);
  });

  it("stays where it is inside of the window, its first second included", () => {
    expect(toIso(renewAt({ ...week, window: utc(["thu"], "03:00", "05:00") }))).toBe("2026-11-26T04:00:00Z");
    expect(toIso(renewAt({ ...week, window: utc(["thu"], "04:00", "05:00") }))).toBe("2026-11-26T04:00:00Z");
  });

  it("moves later, into an opening before the deadline", () => {
    const window = utc(["tue", "thu"], "03:00", "05:00");
    expect(toIso(renewAt({ ...week, jitterSeconds: 2 * HOUR, window }))).toBe("2026-11-26T03:00:00Z");
  });

  it("moves later, up to the deadline itself", () => {
    expect(toIso(renewAt({ ...week, jitterSeconds: HOUR, window: utc(["thu"], "04:00", "05:00") }))).toBe(
      "2026-11-26T04:00:00Z",
    );
  });

  it("moves earlier, to the start of the last opening, when the next is after the deadline", () => {
    expect(toIso(renewAt({ ...week, window: utc(["tue", "thu"], "04:01", "05:00") }))).toBe(
      "2026-11-24T04:01:00Z",
    );
  });

  it("moves earlier from the second in which the window closes", () => {
    expect(toIso(renewAt({ ...week, window: utc(["thu"], "03:00", "04:00") }))).toBe("2026-11-26T03:00:00Z");
  });

  it("moves no earlier than half-way to the deadline, into the rest of an opening", () => {
    expect(toIso(renewAt({ ...week, window: utc(["mon"], "18:00", "21:00") }))).toBe("2026-11-23T20:00:00Z");
  });

  it("ignores an opening that would have a fresh certificate renewed again at once", () => {
    expect(toIso(renewAt({ ...week, window: utc(["mon"], "18:00", "20:00") }))).toBe("2026-11-26T04:00:00Z");
  });

  it("takes the hours after midnight for the day on which the window opened", () => {
    expect(toIso(renewAt({ ...week, window: utc(["wed"], "22:00", "05:00") }))).toBe("2026-11-26T04:00:00Z");
    expect(toIso(renewAt({ ...week, window: utc(["tue", "thu"], "22:00", "05:00") }))).toBe(
      "2026-11-24T22:00:00Z",
    );
  });

  it("keeps to its point when the window does not open between half-way and the deadline", () => {
    const window = utc(["fri", "sat"], "22:00", "05:00");
    expect(toIso(renewAt({ ...week, window }))).toBe("2026-11-26T04:00:00Z");
    expect(toIso(renewAt({ ...week, jitterSeconds: HOUR, window }))).toBe("2026-11-26T03:00:00Z");
  });

  /** By a deadline, drawn forward by half an hour; London's window opens on each night of the weekend. */
  const weekend = (deadline: string, from: string, to: string): string => {
    const window: RenewalWindow = { days: ["sat", "sun"], from, to, timeZone: "Europe/London" };
    const life = { notAfter: at(deadline) + 3 * DAY, lifetimeSeconds: 9 * DAY, fraction: 2 / 3 };
    return toIso(renewAt({ ...life, jitterSeconds: HOUR / 2, window }));
  };

  it("waits for an opening that clocks have moved, and for no later one than the deadline", () => {
    // On 29 March 2026 the clocks skip 01:00 to 02:00, so 01:30 is at 01:30 in UTC, as it was the day before.
    expect(weekend("2026-03-29T01:30:00Z", "01:30", "02:30")).toBe("2026-03-29T01:30:00Z");
    expect(weekend("2026-03-29T01:29:59Z", "01:30", "02:30")).toBe("2026-03-28T01:30:00Z");
  });

  it("does not wait for an opening that comes an hour later, after the deadline, once clocks go back", () => {
    // On 25 October 2026 04:30 is at 04:30 in UTC, and was at 03:30 the day before.
    expect(weekend("2026-10-25T04:30:00Z", "04:30", "05:30")).toBe("2026-10-25T04:30:00Z");
    expect(weekend("2026-10-25T04:29:59Z", "04:30", "05:30")).toBe("2026-10-24T03:30:00Z");
  });

  it("stays in an opening through the whole of an hour that comes twice", () => {
    expect(weekend("2026-10-25T01:30:00Z", "00:30", "02:30")).toBe("2026-10-25T01:00:00Z");
    expect(weekend("2026-10-25T02:15:00Z", "00:30", "02:30")).toBe("2026-10-25T01:45:00Z");
  });

  it("is never later than the end minus the lead, for any life, fraction, jitter, window and clock", () => {
    fc.assert(
      fc.property(anyRenewal, anyFraction, (renewal, [part, whole]) => {
        const fraction = part / whole;
        const renewed = renewAt({ ...renewal, fraction });
        expect(Number.isInteger(renewed)).toBe(true);
        // In whole numbers, so that no rounding can hide a second: (end - at) / lifetime >= (whole - part) / whole.
        const left = BigInt(renewal.notAfter - renewed) * BigInt(whole);
        expect(left >= BigInt(renewal.lifetimeSeconds) * BigInt(whole - part)).toBe(true);
      }),
      runs(),
    );
  });

  it("never has a fresh certificate due within half of the time to its deadline, for any link that loads", () => {
    fc.assert(
      fc.property(anySoundRenewal, (renewal) => {
        const { lifetimeSeconds, fraction, notAfter } = renewal;
        const issuedAt = notAfter - lifetimeSeconds;
        expect(renewAt(renewal)).toBeGreaterThanOrEqual(
          issuedAt + earliestRenewalSeconds(lifetimeSeconds, fraction),
        );
      }),
      runs(),
    );
  });

  it("meets the window in every life, for any window that loads", () => {
    fc.assert(
      fc.property(anySoundRenewal, (renewal) => {
        const { window, lifetimeSeconds, fraction } = renewal;
        fc.pre(
          window !== undefined &&
            longestClosedSeconds(window) <= closedLimitSeconds(lifetimeSeconds, fraction),
        );
        const renewed = renewAt(renewal);
        expect(renewed).toBeLessThan(openingsAround(window, renewed).before.to);
      }),
      runs(),
    );
  });
});

describe("jitterOf", () => {
  it("is the same for the same certificate, and differs between certificates", () => {
    expect(jitterOf("bunny-client", 30_240)).toBe(jitterOf("bunny-client", 30_240));
    expect(jitterOf("bunny-client", 30_240)).not.toBe(jitterOf("other-client", 30_240));
  });

  it("is none when none is allowed", () => {
    expect(jitterOf("bunny-client", 0)).toBe(0);
  });

  it("reaches from nothing to the most, both included, and no further", () => {
    const draws = Array.from({ length: 200 }, (_, index) => jitterOf(`bunny-${index}`, 3));
    expect(new Set(draws)).toEqual(new Set([0, 1, 2, 3]));
  });
});

describe("the parts of a life", () => {
  it("are whole seconds that never shorten the lead", () => {
    expect(renewBySeconds(604_800, 2 / 3)).toBe(403_200);
    expect(renewBySeconds(100, 2 / 3)).toBe(66);
    expect(earliestRenewalSeconds(100, 0.67)).toBe(34);
    expect(jitterLimitSeconds(100, 0.67)).toBe(33);
    expect(closedLimitSeconds(100, 0.67)).toBe(33);
  });

  it("leave no room for jitter in a life that is too short", () => {
    expect(jitterLimitSeconds(2, 0.5)).toBe(0);
    expect(jitterLimitSeconds(1, 0.5)).toBe(-1);
  });
});

const anyRenewal = fc.record({
  notAfter: anyInstant,
  lifetimeSeconds: anyLifetimeSeconds,
  jitterSeconds: fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 30 * DAY })),
  window: fc.option(anyWindow, { nil: undefined }),
});
const anySoundRenewal = fc
  .tuple(anyRenewal, anyFraction, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([renewal, [part, whole], drawn]) => {
    const limit = jitterLimitSeconds(renewal.lifetimeSeconds, part / whole);
    return { ...renewal, fraction: part / whole, jitterSeconds: Math.floor(limit * drawn), limit };
  })
  .filter(({ limit }) => limit >= 0);
