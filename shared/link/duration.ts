/** Durations as a person writes them, parsed to whole seconds. */
import * as z from "zod";

/** Largest first. A year is 365 days: a lifetime is a length, not a date in the calendar. */
const SECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["year", 31_536_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
]);

export const DURATION_MAX_SECONDS = 100 * 31_536_000;

const HOW_TO = 'write a duration such as "90 seconds", "36 hours", "7 days" or "1 day 12 hours"';
const TERM = /^(\d{1,10}) ([a-z]+?)s?$/;

type Parsed = { readonly seconds: number } | { readonly fault: string };

/** Seconds of a text such as "1 day 12 hours": each unit once, largest first, in whole numbers. */
export function parseDuration(text: string): Parsed {
  const terms = text.match(/\S+ \S+/g) ?? [];
  if (terms.length === 0 || terms.join(" ") !== text) return { fault: fault(text) };
  let seconds = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const term of terms) {
    const [, count, name = ""] = TERM.exec(term) ?? [];
    if (name === "month") return { fault: `"${text}" has months, whose length varies: write days instead` };
    const unit = SECONDS_PER_UNIT.get(name);
    if (count === undefined || unit === undefined || unit >= smallest) return { fault: fault(text) };
    smallest = unit;
    seconds += Number(count) * unit;
  }
  if (seconds > DURATION_MAX_SECONDS) return { fault: `"${text}" is over 100 years` };
  return { seconds };
}

const fault = (text: string) => `"${text}" is not a duration: ${HOW_TO}`;

/** The text of a number of seconds, in the form that `parseDuration` reads. */
export function formatDuration(seconds: number): string {
  const terms: string[] = [];
  let rest = seconds;
  for (const [name, unit] of SECONDS_PER_UNIT) {
    if (name === "week") continue;
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) terms.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return terms.length === 0 ? "0 seconds" : terms.join(" ");
}

/** A duration in a link; in: text, out: whole seconds. Zero is refused unless `zero` is allowed. */
export const Duration = (options: { readonly zero: boolean } = { zero: false }) =>
  z.string({ error: HOW_TO }).transform((text, context): number => {
    const parsed = parseDuration(text);
    if ("fault" in parsed) {
      context.issues.push({ code: "custom", message: parsed.fault, input: text });
      return z.NEVER;
    }
    if (parsed.seconds === 0 && !options.zero) {
      context.issues.push({ code: "custom", message: `must be longer than nothing: ${HOW_TO}`, input: text });
      return z.NEVER;
    }
    return parsed.seconds;
  });
