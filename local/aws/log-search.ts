/**
 * Pages through the visible events of a log group in the service's order. A page may be short or empty although
 * more follows: only the missing token says that the search is over.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Refusal } from "../stand-in/operations.ts";
import type { Filter } from "./filter-pattern.ts";
import type { StoredEvent } from "./log-store.ts";

export interface Search {
  readonly matches: Filter;
  readonly startMs: number;
  readonly endMs: number;
  readonly newestFirst: boolean;
  readonly inStream: (stream: string) => boolean;
  readonly limit: number;
  readonly nowMs: number;
}

export interface Page {
  readonly events: readonly StoredEvent[];
  readonly next: StoredEvent | undefined;
}

const PageToken = z.strictObject({
  search: z.string(),
  after: z.tuple([z.number(), z.number(), z.number()]).nullable(),
});
type Position = readonly [timestamp: number, ingestedAtMs: number, sequence: number];

/** `after` is the position of the last event so far; null before the first one. */
export function searchEvents(events: readonly StoredEvent[], search: Search, after: Position | null): Page {
  const sign = search.newestFirst ? -1 : 1;
  const found = events
    .filter((event) => event.visibleAtMs <= search.nowMs && search.inStream(event.stream))
    .filter((event) => event.timestamp >= search.startMs && event.timestamp <= search.endMs)
    .filter((event) => search.matches(event.message))
    .filter((event) => after === null || sign * order(positionOf(event), after) > 0)
    .sort((a, b) => sign * order(positionOf(a), positionOf(b)));
  const page = found.slice(0, search.limit);
  return { events: page, next: found.length > page.length ? page.at(-1) : undefined };
}

export function positionOf(event: StoredEvent): Position {
  return [event.timestamp, event.ingestedAtMs, event.sequence];
}

/** A token carries its search, so that it cannot be used to go on with another one. */
export function tokenOf(search: unknown, after: Position | null): string {
  return Buffer.from(JSON.stringify({ search: digestOf(search), after })).toString("base64url");
}

/** Throws `Refusal` for a token that this search did not get. */
export function parsePageToken(token: string, search: unknown): Position | null {
  try {
    const parsed = PageToken.parse(JSON.parse(Buffer.from(token, "base64url").toString("utf8")));
    if (parsed.search === digestOf(search)) return parsed.after;
  } catch {
    // Refused below, like a token of another search.
  }
  throw new Refusal(400, "InvalidParameterException", "The specified nextToken is invalid.");
}

const digestOf = (search: unknown) => createHash("sha256").update(JSON.stringify(search)).digest("base64url");

function order(a: Position, b: Position): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
