/**
 * The rules for one PutLogEvents batch: what refuses it whole, and which of its events are left out.
 * Source of all: the doc comment of PutLogEventsCommand in @aws-sdk/client-cloudwatch-logs.
 */
import { Refusal } from "../stand-in/operations.ts";
import type { LogLine } from "./log-store.ts";

export const batchEventsMax = 10_000;
const batchBytesMax = 1_048_576;
const eventOverheadBytes = 26;
const hourMs = 3_600_000;
const futureMsMax = 2 * hourMs;
const ageMsMax = 14 * 24 * hourMs;
const spanMsMax = 24 * hourMs;

export interface CheckedBatch {
  readonly accepted: readonly LogLine[];
  /** As the service tells it: the first index too new, and the indexes behind the last one too old or expired. */
  readonly rejected: {
    readonly tooNewLogEventStartIndex?: number;
    readonly tooOldLogEventEndIndex?: number;
    readonly expiredLogEventEndIndex?: number;
  };
}

/** Throws `Refusal` InvalidParameterException. */
export function checkBatch(
  lines: readonly LogLine[],
  nowMs: number,
  retentionDays: number | undefined,
): CheckedBatch {
  const bytes = lines.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
  if (bytes > batchBytesMax)
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${batchBytesMax}`);
  if (lines.some((line, index) => line.timestamp < (lines[index - 1]?.timestamp ?? 0))) {
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
  const tooOldEnd = countWhile(lines, (line) => line.timestamp < nowMs - ageMsMax);
  const retentionMs = (retentionDays ?? Number.POSITIVE_INFINITY) * 24 * hourMs;
  const expiredEnd = countWhile(lines, (line) => line.timestamp < nowMs - retentionMs);
  const tooNewStart = countWhile(lines, (line) => line.timestamp <= nowMs + futureMsMax);
  const accepted = lines.slice(Math.max(tooOldEnd, expiredEnd), tooNewStart);
  const [first, last] = [accepted.at(0), accepted.at(-1)];
  if (first !== undefined && last !== undefined && last.timestamp - first.timestamp > spanMsMax) {
    throw invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  return {
    accepted,
    rejected: {
      ...(tooNewStart < lines.length ? { tooNewLogEventStartIndex: tooNewStart } : {}),
      ...(tooOldEnd > 0 ? { tooOldLogEventEndIndex: tooOldEnd } : {}),
      ...(expiredEnd > tooOldEnd ? { expiredLogEventEndIndex: expiredEnd } : {}),
    },
  };
}

/** How many lines from the start on hold the condition; lines are in order of time. */
function countWhile(lines: readonly LogLine[], holds: (line: LogLine) => boolean): number {
  const end = lines.findIndex((line) => !holds(line));
  return end === -1 ? lines.length : end;
}

const invalid = (message: string) => new Refusal(400, "InvalidParameterException", message);
