/**
 * A reader knows one format of log. It is total and pure: whatever the line is, it answers, in time linear in the
 * line's length, and lets nothing of the line through but what `AuthEvent` has a place for.
 */
import type { Instant } from "../../runtime/instant.ts";
import type { AuthEvent, FailureClass, ReaderName } from "../schema.ts";
import type { Line } from "./line.ts";

export type Reading =
  | AuthEvent
  /** Another program's, or nothing about a caller: no reason to worry. */
  | "not-mine"
  /** It bears this format's marks, and does not say what it should: cut off, or of a version that is not known here. */
  | "unreadable";

/** What a log group's lines are, for CloudWatch: a JSON pattern finds nothing in lines that are no JSON documents. */
export type LineForm = "json" | "text";

export interface Reader {
  readonly name: ReaderName;
  /**
   * What lines it needs, for a pattern of CloudWatch: conditions on JSON, or terms of a text; any of them is enough.
   * It reads nothing as an event that none of them finds. Empty: it reads no lines of that form.
   */
  readonly filters: Readonly<Record<LineForm, readonly string[]>>;
  /** Those of them that find refused callers alone; left out, all do. */
  readonly refusals?: Readonly<Record<LineForm, readonly string[]>>;
  /** The stream is the name of the log stream that the line stood in. */
  readonly read: (line: Line, at: Instant, stream: string) => Reading;
}

type Known = Partial<Pick<AuthEvent, "source" | "identity" | "serial" | "apiKeyId" | "tunnel">>;

const NOTHING_KNOWN = {
  source: null,
  identity: null,
  serial: null,
  apiKeyId: null,
  tunnel: null,
};

export const refusedEvent = (
  reader: ReaderName,
  at: Instant,
  failure: FailureClass,
  known: Known,
): AuthEvent => ({ at, reader, outcome: "refused", class: failure, ...NOTHING_KNOWN, ...known });

export const acceptedEvent = (reader: ReaderName, at: Instant, known: Known): AuthEvent => ({
  at,
  reader,
  outcome: "accepted",
  class: null,
  ...NOTHING_KNOWN,
  ...known,
});
