/**
 * Reads fields of events that others wrote: whatever stands there, nothing throws, nothing is longer than asked for,
 * and what is missing or of another kind is null.
 */
import { cut } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands there, whatever it is; undefined when there is no such place. */
export const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );

/** Longer than the names that clouds allow, and short enough to be shown. */
const TEXT_MAX = 128;

/** A text that is not empty. Control characters are left to who shows it (alerts/slack/escape.ts). */
export function textOf(value: unknown, max = TEXT_MAX): string | null {
  return typeof value === "string" && value.trim() !== "" ? cut(value.trim(), max) : null;
}

export const textAt = (value: unknown, ...path: readonly string[]): string | null =>
  textOf(field(value, ...path));

/** Of several places, the first that has a text. */
export const firstText = (value: unknown, ...keys: readonly string[]): string | null =>
  keys.map((key) => textAt(value, key)).find((text) => text !== null) ?? null;

/** CloudTrail writes numbers as such, and some as texts. */
export function integerOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : null;
  return typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : null;
}

/**
 * A list as CloudTrail writes it: an XML list is `{ items: [...] }` and an empty one `{}`; in wrapped requests it is
 * an array, and a single member stands by itself, with `tag` beside its fields.
 */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  if (!Object.hasOwn(value, "items")) return Object.keys(value).length === 0 ? [] : [value];
  const items = value["items"];
  return Array.isArray(items) ? items : isRecord(items) ? [items] : [];
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export function instantOf(value: unknown): Instant | null {
  if (typeof value !== "string" || !ISO.test(value)) return null;
  const at = Math.floor(Date.parse(value) / 1000);
  return Number.isSafeInteger(at) && at >= 0 ? at : null;
}

/** A bound for what an event may make us do. */
const VALUES_MAX = 5_000;

/** Every text in it, wherever it stands, as far as an event may reasonably go. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const left: unknown[] = [value];
  for (let seen = 0; left.length > 0 && seen < VALUES_MAX; seen += 1) {
    const next = left.pop();
    if (typeof next === "string") texts.push(next);
    else if (Array.isArray(next)) left.push(...next.slice(0, VALUES_MAX));
    else if (isRecord(next)) left.push(...Object.values(next).slice(0, VALUES_MAX));
  }
  return texts;
}
