/** The words, names and numbers of conditions about refused callers. No text from a line is among them but addresses. */
import { createHash } from "node:crypto";
import type { Condition } from "../alerts/condition.ts";
import { CLASSES } from "./classes.ts";
import { type Caller, NO_SOURCE } from "./sources.ts";

export const CONCERN = "auth-failures";

/** Only what grows tenfold in three steps is told anew: a message that is edited with every line says nothing. */
export function roughly(count: number): string {
  if (count < 10) return String(count);
  const tens = 10 ** Math.floor(Math.log10(count));
  const step = [5, 2, 1].find((one) => count >= one * tens) ?? 1;
  return `${(step * tens).toLocaleString("en-GB")} or more`;
}

export const sourceWords = (source: string): string =>
  source === NO_SOURCE ? "a source that the log does not show" : source;

export const callerWords = (caller: Caller): string =>
  `${sourceWords(caller.source)}: ${CLASSES[caller.class].why}`;

/** Part of a condition's key. Addresses of both families stay apart: IPv4 has points alone, IPv6 colons. */
export const sourceSlug = (source: string): string =>
  source.includes(":") ? `v6-${source.replaceAll(":", "-")}` : source.replaceAll(".", "-");

const SLUG_MAX = 60;
/** Two names that look alike without their points are still two. */
export function nameSlug(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,59}$/.test(name)) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, SLUG_MAX);
  return plain === "" ? digest : `${plain}-${digest}`;
}

/** A title is cut where it is too long, and a name never hides what is wrong with it. */
const NAME_MAX = 80;
export const shortName = (name: string): string =>
  name.length <= NAME_MAX ? name : `${name.slice(0, NAME_MAX - 1)}…`;

export const base = (
  key: string,
  severity: Condition["severity"],
  runbook: string,
): Pick<Condition, "key" | "concern" | "severity" | "actions" | "links" | "runbook"> => ({
  key,
  concern: CONCERN,
  severity,
  actions: [],
  links: [],
  runbook,
});
