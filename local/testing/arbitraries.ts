/** What property tests of renewal draw from: windows in zones with every kind of clock change, lives, fractions. */
import fc from "fast-check";
import { openSeconds, type RenewalWindow, WEEKDAYS } from "../../shared/link/window.ts";

const DAY_SECONDS = 86_400;
const WEEK: RenewalWindow["days"] = [...WEEKDAYS];

/** Half an hour, one and two hours of summer time, some without, and the zone furthest from UTC. */
const ZONES = [
  "UTC",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "Africa/Casablanca",
  "Australia/Lord_Howe",
  "Antarctica/Troll",
  "Pacific/Kiritimati",
];

const anyTime = fc.nat({ max: 1_439 }).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));

/** Every day as often as some days: narrower windows fit only into long lives. */
export const anyWindow: fc.Arbitrary<RenewalWindow> = fc
  .record({
    days: fc.oneof(fc.constant(WEEK), fc.subarray(WEEK, { minLength: 1 })),
    from: anyTime,
    to: anyTime,
    timeZone: fc.constantFrom(...ZONES),
  })
  .filter((window) => openSeconds(window) > 0);

/** 2024 to 2036. */
export const anyInstant = fc.integer({ min: 1_704_067_200, max: 2_114_380_800 });

/** Seconds to years, the short ones often. */
export const anyLifetimeSeconds = fc.oneof(
  fc.integer({ min: 1, max: 3_600 }),
  fc.integer({ min: 1, max: 30 * DAY_SECONDS }),
  fc.integer({ min: 1, max: 10 * 365 * DAY_SECONDS }),
);

/** A fraction between 0 and 1 as two whole numbers, so that a test can calculate exactly. */
export const anyFraction = fc
  .tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }))
  .filter(([part, whole]) => part < whole);
