/**
 * Opens one message of CloudWatch Logs: a line as it was written, or the record that Fluent Bit made of it, as AWS
 * configures it for Container Insights (`Merge_Log On`, `Merge_Log_Key log_processed`) or with its fields merged into
 * the record itself (https://docs.fluentbit.io/manual/pipeline/filters/kubernetes). Never throws, whatever the text is.
 */
import { type JsonObject, objectIn, parseObject, textIn } from "./json-object.ts";

/** One event of CloudWatch Logs had 262,144 bytes at most before 2025, and has more since; none of ours comes near. */
export const LINE_LENGTH_MAX = 262_144;

/** Where the pod's fields stand: a pattern and a reader look in the same places. */
export type Place =
  /** The message is the record, or its fields were merged into the message. */
  | "message"
  | "log_processed"
  /** The agent left the line as a text in `log`, though it is a JSON object. */
  | "log";

export interface Line {
  /** The fields that the program wrote, where it wrote a JSON object. */
  readonly record: JsonObject | null;
  readonly place: Place | null;
  /** What the program wrote, where that is no whole JSON object. */
  readonly text: string | null;
  /** By the node's agent; null where no agent has said. */
  readonly pod: JsonObject | null;
  /** It came by a node's agent: a pod has written it. What AWS itself writes never does. */
  readonly isFromAgent: boolean;
}

export function openLine(message: string): Line {
  const cut = message.length > LINE_LENGTH_MAX ? message.slice(0, LINE_LENGTH_MAX) : message;
  const whole = parseObject(cut);
  if (whole === null) return { record: null, place: null, text: cut, pod: null, isFromAgent: false };

  const pod = objectIn(whole, "kubernetes");
  const log = textIn(whole, "log");
  const isFromAgent = pod !== null || (log !== null && textIn(whole, "stream") !== null);
  const processed = objectIn(whole, "log_processed");
  if (processed !== null) {
    return { record: processed, place: "log_processed", text: null, pod, isFromAgent: true };
  }
  if (!isFromAgent || log === null) {
    return { record: whole, place: "message", text: null, pod, isFromAgent };
  }
  const inner = parseObject(log);
  if (inner === null) return { record: null, place: null, text: log, pod, isFromAgent };
  // Merged: the record has each field of the line, besides the line itself. The record counts: a pattern sees that one.
  const isMerged = Object.keys(inner).every((key) => Object.hasOwn(whole, key));
  if (isMerged) return { record: whole, place: "message", text: null, pod, isFromAgent };
  return { record: inner, place: "log", text: null, pod, isFromAgent };
}
