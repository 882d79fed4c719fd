/**
 * The openings of a renewal window in real time. Days and hours are read in the window's own time zone: an
 * opening that clocks skip is moved by as much (as calendars do), and never vanishes.
 */
// Function by function: the whole of Temporal would be a twelfth of the renewal's bundle.
import * as TemporalInstant from "temporal-polyfill/fns/Instant";
import * as PlainDate from "temporal-polyfill/fns/PlainDate";
import * as PlainTime from "temporal-polyfill/fns/PlainTime";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";
import { openSeconds, type RenewalWindow, WEEKDAYS } from "../link/window.ts";
import { InvariantError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";

/** From its first second, up to but without its last. */
interface Opening {
  readonly from: Instant;
  readonly to: Instant;
}

/** Between two openings lie at most seven days; one more on each side covers zones and clock changes. */
const SEARCH_DAYS = 9;

/** The last opening that starts at or before `at`, and the first that starts after it. */
export function openingsAround(window: RenewalWindow, at: Instant): { before: Opening; after: Opening } {
  const instant = TemporalInstant.fromEpochMilliseconds(at * 1_000);
  const today = ZonedDateTime.toPlainDate(TemporalInstant.toZonedDateTimeISO(instant, window.timeZone));
  const before = nearest(window, today, -1, (opening) => opening.from <= at);
  const after = nearest(window, today, 1, (opening) => opening.from > at);
  return { before, after };
}

/** Walks day by day, starting on the far side of today so that no zone's date line can hide an opening. */
function nearest(
  window: RenewalWindow,
  today: PlainDate.Record,
  step: 1 | -1,
  fits: (opening: Opening) => boolean,
): Opening {
  for (let day = -1; day <= SEARCH_DAYS; day += 1) {
    const date = PlainDate.addDays(today, day * step);
    const opening = isListed(window, date) ? openingOn(window, date) : null;
    if (opening !== null && fits(opening)) return opening;
  }
  throw new InvariantError(`a window of ${window.days.length} days has no opening in ${SEARCH_DAYS} days`);
}

const isListed = ({ days }: RenewalWindow, date: PlainDate.Record): boolean =>
  days.some((day) => WEEKDAYS.indexOf(day) + 1 === PlainDate.dayOfWeek(date));

function openingOn(window: RenewalWindow, date: PlainDate.Record): Opening {
  const closesOn = window.to < window.from ? PlainDate.addDays(date, 1) : date;
  const from = instantOf(date, window.from, window.timeZone);
  const to = instantOf(closesOn, window.to, window.timeZone);
  // Only when clocks skip over the opening's start can it end before it starts: then it keeps its length.
  return { from, to: to > from ? to : from + openSeconds(window) };
}

/** A time that clocks skip becomes later by what they skip; one that comes twice is the first of the two. */
function instantOf(date: PlainDate.Record, time: string, timeZone: string): Instant {
  const zoned = PlainDate.toZonedDateTime(date, { timeZone, plainTime: PlainTime.fromString(time) });
  return Math.floor(zoned.epochMilliseconds / 1_000);
}
