/**
 * EventBridge Scheduler's three kinds of expression, in a time zone: `rate(5 minutes)`, `cron(0 2 * * ? *)`,
 * `at(2026-11-21T08:00:00)`. A local time that daylight saving skips is skipped, one that it repeats runs once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { Cron } from "croner";

/** The first time after `afterMs`, or undefined when there is none any more. All in milliseconds. */
export type NextRun = (afterMs: number) => number | undefined;

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const cronFields = ["minutes", "hours", "day-of-month", "month", "day-of-week", "year"] as const;
const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
  [1970, 2199],
] as const;

/** A rate counts from `startMs` on, and runs at `startMs` too. Throws for an expression that AWS refuses. */
export function parseSchedule(expression: string, timeZone: string, startMs: number): NextRun {
  const [, kind, body] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (body === undefined) throw invalid(expression, "it must be rate(…), cron(…) or at(…)");
  if (!isTimeZone(timeZone)) throw invalid(expression, `there is no time zone ${timeZone}`);
  if (kind === "rate") return parseRate(expression, body, startMs);
  if (kind === "cron") return parseCron(expression, body, timeZone);
  return parseAt(expression, body, timeZone);
}

function parseRate(expression: string, body: string, startMs: number): NextRun {
  const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(body) ?? [];
  if (unit !== "minute" && unit !== "hour" && unit !== "day") {
    throw invalid(expression, "a rate is a positive number and minutes, hours or days");
  }
  const everyMs = Number(count) * unitMs[unit];
  return (afterMs) => startMs + Math.max(0, Math.floor((afterMs - startMs) / everyMs) + 1) * everyMs;
}

function parseCron(expression: string, body: string, timeZone: string): NextRun {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== cronFields.length) {
    throw invalid(expression, `a cron expression has six fields: ${cronFields.join(", ")}`);
  }
  if ((fields[2] === "?") === (fields[4] === "?")) {
    throw invalid(expression, "exactly one of day-of-month and day-of-week must be ?");
  }
  for (const [index, field] of fields.entries()) checkField(expression, field, index);
  const pattern = `0 ${fields.map(spellStep).join(" ")}`;
  return nextOf(expression, pattern, timeZone);
}

/** One past or future moment in local time. */
function parseAt(expression: string, body: string, timeZone: string): NextRun {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body)) {
    throw invalid(expression, "a one-time schedule is at(yyyy-mm-ddThh:mm:ss)");
  }
  const wanted = Date.parse(`${body}Z`);
  if (Number.isNaN(wanted)) throw invalid(expression, "there is no such date");
  const found = makeCron(expression, body, timeZone).nextRun(new Date(0))?.getTime();
  return (afterMs) =>
    found === undefined || found <= afterMs || localTime(found, timeZone) !== wanted ? undefined : found;
}

function nextOf(expression: string, pattern: string, timeZone: string): NextRun {
  const local = makeCron(expression, pattern, timeZone);
  // The same pattern on a clock without gaps: it tells whether a local time is in the expression at all.
  const plain = makeCron(expression, pattern, "UTC");
  return (afterMs) => {
    let next = local.nextRun(new Date(afterMs));
    while (next !== null && !plain.match(new Date(localTime(next.getTime(), timeZone)))) {
      next = local.nextRun(next);
    }
    return next?.getTime();
  };
}

function makeCron(expression: string, pattern: string, timezone: string): Cron {
  try {
    // AWS counts weekdays from 1 = Sunday.
    return new Cron(pattern, { timezone, paused: true, alternativeWeekdays: true, domAndDow: true });
  } catch (error) {
    throw invalid(expression, error instanceof Error ? error.message : "it is not understood");
  }
}

function checkField(expression: string, field: string, index: number): void {
  const [min, max] = bounds[index] ?? [0, 0];
  const numbers = [...field.matchAll(/(?<![/#\d])\d+/g)].map(([digits]) => Number(digits));
  if (numbers.some((number) => number < min || number > max)) {
    throw invalid(expression, `${cronFields[index]} is from ${min} to ${max}`);
  }
}

/** `a/n` means from a on; the parser wants the end of the range as well. */
function spellStep(field: string, index: number): string {
  return field.replace(/(^|,)(\d+)\/(\d+)/g, `$1$2-${bounds[index]?.[1]}/$3`);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** What a clock on the wall shows, as if it were UTC. */
function localTime(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    calendar: "iso8601",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(atMs);
  const part = (type: string) => parts.find((found) => found.type === type)?.value;
  return Date.parse(
    `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}Z`,
  );
}

const invalid = (expression: string, why: string) =>
  new Error(`Invalid schedule expression ${expression}: ${why}`);
