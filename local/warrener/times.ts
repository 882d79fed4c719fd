/** Instants as people read them: in their own time and in UTC, and how far away they are. */
import { formatDuration } from "../../shared/link/duration.ts";
import { type Instant, toIso } from "../../shared/runtime/instant.ts";

/** The moment of the answer, and the time zone of who reads it. */
export interface Moment {
  readonly now: Instant;
  /** An IANA name. */
  readonly timeZone: string;
}

/** Such as `2026-11-21 09:00:00 GMT+1 (08:00:00 UTC)`; the UTC date only where it is another one. */
export function sayInstant(at: Instant, { timeZone }: Moment): string {
  const [utcDate = "", utcTime = ""] = toIso(at).replace("Z", "").split("T");
  if (timeZone === "UTC") return `${utcDate} ${utcTime} UTC`;
  const { date, time, zone } = partsOf(at, timeZone);
  const utc = date === utcDate ? `${utcTime} UTC` : `${utcDate} ${utcTime} UTC`;
  return `${date} ${time} ${zone} (${utc})`;
}

export const toInstant = (iso: string): Instant => Math.floor(Date.parse(iso) / 1_000);

/** With how far that is from now, such as `in 4 days 2 hours` or `3 minutes ago`. */
export function sayInstantAndDistance(at: Instant, moment: Moment): string {
  return `${sayInstant(at, moment)}, ${sayDistance(at, moment.now)}`;
}

export function sayDistance(at: Instant, now: Instant): string {
  const distance = sayRoughly(Math.abs(at - now));
  if (at === now) return "now";
  return at > now ? `in ${distance}` : `${distance} ago`;
}

const TERMS_MAX = 2;

/** The two largest units that are not zero; a second more or less says nothing about days. */
function sayRoughly(seconds: number): string {
  const terms = formatDuration(seconds).split(/(?<=[a-z]) /);
  return terms.slice(0, TERMS_MAX).join(" ");
}

function partsOf(at: Instant, timeZone: string) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
  const parts = new Map(format.formatToParts(at * 1_000).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  return {
    date: `${of("year")}-${of("month")}-${of("day")}`,
    time: `${of("hour")}:${of("minute")}:${of("second")}`,
    zone: of("timeZoneName"),
  };
}
