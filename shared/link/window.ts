/**
 * A renewal window: the hours of the week in which a certificate should be renewed. Here are its declaration
 * and its arithmetic on the clock face; `certificates/window.ts` finds its openings in real time.
 */
import * as z from "zod";
import { TimeZone } from "./names.ts";
import { strict } from "./strict.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAY_SECONDS = 86_400;

/**
 * An opening may come this much later than the clock face says: the largest turning back of clocks in the tz
 * database is Antarctica/Troll's, two hours. UTC is never turned back.
 */
const CLOCK_CHANGE_MAX_SECONDS = 7_200;

const Weekday = z.enum(WEEKDAYS, { error: `must be one of ${WEEKDAYS.join(", ")}` });
const TimeOfDay = z
  .string({ error: 'must be a time of day such as "22:00"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is no time of day: write "00:00" to "23:59"' });

export const RenewalWindow = strict({
  /** The days on which an opening starts. */
  days: z
    .array(Weekday, { error: `must be a list of days, each one of ${WEEKDAYS.join(", ")}` })
    .min(1, { error: "must name at least one day" })
    .transform((days) => WEEKDAYS.filter((day) => days.includes(day))),
  from: TimeOfDay,
  /** Earlier than `from` means on the next day. */
  to: TimeOfDay,
  timeZone: TimeZone,
});
export type RenewalWindow = z.infer<typeof RenewalWindow>;

/** Seconds from midnight of a parsed "HH:MM". */
export const secondsOfDay = (time: string): number =>
  Number(time.slice(0, 2)) * 3_600 + Number(time.slice(3)) * 60;

/** How long one opening lasts on the clock face; 0 when `from` is `to`, which a link may not say. */
export function openSeconds({ from, to }: Pick<RenewalWindow, "from" | "to">): number {
  return (secondsOfDay(to) - secondsOfDay(from) + DAY_SECONDS) % DAY_SECONDS;
}

/** The longest time from one opening's end to the next one's start, a turned-back clock included. */
export function longestClosedSeconds(window: RenewalWindow): number {
  const days = window.days.map((day) => WEEKDAYS.indexOf(day));
  const gaps = days.map((day, index) => (days[index + 1] ?? (days[0] ?? 0) + 7) - day);
  const change = window.timeZone === "UTC" ? 0 : CLOCK_CHANGE_MAX_SECONDS;
  return Math.max(...gaps) * DAY_SECONDS - openSeconds(window) + change;
}
