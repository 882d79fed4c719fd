/** Loads a link: every fault of a wrong one is named in one message, with its path and what to do about it. */
import { createHash } from "node:crypto";
import type * as z from "zod";
import { exceptionsOver } from "../allowlists/checks.ts";
import { readerFaults } from "../auth-failures/readers/checks.ts";
import { ConfigError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { linkFaults } from "./checks.ts";
import type { Fault } from "./faults.ts";
import { Link, type LinkInput } from "./schema.ts";

/** Gives `link.config.ts` its types; everything else is checked by `parseLink`. */
export const defineLink = (input: LinkInput): LinkInput => input;

/** Throws `ConfigError` with all faults of the structure, or, when that is sound, all faults across fields. */
export function parseLink(input: unknown): Link {
  const parsed = Link.safeParse(input, { reportInput: true });
  const faults = parsed.success
    ? linkFaults(parsed.data)
    : parsed.error.issues.flatMap((issue) => toFaults(issue));
  if (parsed.success && faults.length === 0) return parsed.data;
  throw refusal(faults);
}

/**
 * `parseLink` for who is about to deploy the link: refuses an exception that is over, too, and logs that cannot be
 * filtered for their readers. A deployed link outlives its exceptions, and everything else in it must go on.
 */
export function parseLinkToDeploy(input: unknown, now: Instant): Link {
  const link = parseLink(input);
  const faults = [...exceptionsOver(link, now), ...readerFaults(link)];
  if (faults.length > 0) throw refusal(faults);
  return link;
}

function refusal(faults: readonly Fault[]): ConfigError {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map(({ path, message }) => `\n  ${path}: ${message}`);
  return new ConfigError(`the link has ${count}:${lines.join("")}`);
}

/** SHA-256 of a parsed link in canonical JSON: both halves show by it that they were built from the same link. */
export function linkDigest(link: Link): string {
  const known = digests.get(link);
  if (known !== undefined) return known;
  const digest = createHash("sha256")
    .update(JSON.stringify(canonical(link)))
    .digest("hex");
  digests.set(link, digest);
  return digest;
}
/** A parsed link never changes, and every record of a change names it: one of many certificates is long to digest. */
const digests = new WeakMap<Link, string>();

/** The same value with each object's keys in order, whatever order they were written in. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, canonical(member)]));
}

function toFaults(issue: z.core.$ZodIssue, within: readonly PropertyKey[] = []): Fault[] {
  const path = [...within, ...issue.path];
  if (issue.code === "invalid_union") {
    // An alternative that was entered is the one meant; its own faults say more than that none fits.
    const meant = issue.errors.find((alternative) => alternative.some((inner) => inner.path.length > 0));
    if (meant !== undefined) return meant.flatMap((inner) => toFaults(inner, path));
  }
  const missing = issue.code === "invalid_type" && issue.input === undefined;
  // A message with several lines is several unknown keys (strict.ts).
  return issue.message
    .split("\n")
    .map((message) => ({ path: formatPath(path), message: missing ? `is missing; ${message}` : message }));
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? "the link"
    : path
        .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
        .join("")
        .replace(/^\./, "");
