/**
 * Brings relay's lines to CloudWatch Logs, as the log agent of its node does: in batches, with retries, and with a
 * bounded buffer that gives up the oldest lines first. A line that was not delivered is counted, never forgotten
 * in silence.
 */
import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type RejectedLogEventsInfo,
} from "@aws-sdk/client-cloudwatch-logs";
import { containerInsightsRecord, type Pod } from "./container-insights.ts";

export interface LogAgentOptions {
  readonly client: CloudWatchLogsClient;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly pod: Pod;
  readonly flushIntervalMs?: number;
  readonly bufferedMax?: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

export interface LogAgentCounts {
  readonly written: number;
  readonly delivered: number;
  readonly dropped: number;
  /** Calls that failed; their lines stay in the buffer and are sent again. */
  readonly failures: number;
}

/** PutLogEvents (package d.ts): bytes are UTF-8 plus 26 for each event. */
const BATCH_EVENTS_MAX = 10_000;
const BATCH_BYTES_MAX = 1_048_576;
const BATCH_SPAN_MS_MAX = 24 * 3_600_000;
const EVENT_OVERHEAD_BYTES = 26;
const CLOSE_ATTEMPTS = 5;

interface Entry {
  readonly timestamp: number;
  readonly message: string;
  readonly bytes: number;
}

export class LogAgent {
  readonly #options: LogAgentOptions;
  readonly #clock: () => number;
  readonly #counts = { written: 0, delivered: 0, dropped: 0, failures: 0 };
  #buffer: Entry[] = [];
  #streamExists = false;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(options: LogAgentOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** For relay's `output`. */
  readonly write = (line: string): void => {
    const timestamp = this.#clock();
    const message = containerInsightsRecord(line, this.#options.pod, timestamp);
    const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    this.#counts.written += 1;
    if (bytes > BATCH_BYTES_MAX) {
      this.#counts.dropped += 1;
      return;
    }
    this.#buffer.push({ timestamp, message, bytes });
    this.#dropAbove(this.#options.bufferedMax ?? 50_000);
    this.#schedule();
  };

  counts(): LogAgentCounts {
    return { ...this.#counts };
  }

  /** Sends what is in the buffer; what a call failed to send stays there. Never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Sends what is left, a bounded number of times, and counts the rest as dropped. */
  async close(): Promise<void> {
    await this.#flushing;
    for (let attempt = 0; attempt < CLOSE_ATTEMPTS && this.#buffer.length > 0; attempt += 1)
      await this.flush();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dropAbove(0);
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(async () => {
      await this.flush();
      this.#timer = undefined;
      if (this.#buffer.length > 0) this.#schedule();
    }, this.#options.flushIntervalMs ?? 1_000);
    this.#timer.unref();
  }

  async #sendAll(): Promise<void> {
    while (this.#buffer.length > 0) {
      const batch = nextBatch(this.#buffer);
      try {
        await this.#send(batch);
      } catch (error) {
        this.#counts.failures += 1;
        // Perhaps the stream is gone; creating one that exists does no harm.
        if (nameOf(error) === "ResourceNotFoundException") this.#streamExists = false;
        return;
      }
      const sent = new Set(batch);
      this.#buffer = this.#buffer.filter((entry) => !sent.has(entry));
    }
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    const { client, logGroupName, logStreamName } = this.#options;
    if (!this.#streamExists) await this.#createStream();
    const logEvents = batch.map(({ timestamp, message }) => ({ timestamp, message }));
    const answer = await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    const rejected = rejectedCount(answer.rejectedLogEventsInfo, batch.length);
    this.#counts.dropped += rejected;
    this.#counts.delivered += batch.length - rejected;
  }

  async #createStream(): Promise<void> {
    const { client, logGroupName, logStreamName } = this.#options;
    try {
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    } catch (error) {
      if (nameOf(error) !== "ResourceAlreadyExistsException") throw error;
    }
    this.#streamExists = true;
  }

  #dropAbove(max: number): void {
    const surplus = this.#buffer.length - max;
    if (surplus <= 0) return;
    this.#buffer.splice(0, surplus);
    this.#counts.dropped += surplus;
  }
}

/** The oldest entries that fit into one call, in the order of their times. */
function nextBatch(buffer: readonly Entry[]): Entry[] {
  const sorted = [...buffer].sort((a, b) => a.timestamp - b.timestamp);
  const first = sorted[0]?.timestamp ?? 0;
  let bytes = 0;
  const end = sorted.findIndex((entry, index) => {
    bytes += entry.bytes;
    return (
      index >= BATCH_EVENTS_MAX || bytes > BATCH_BYTES_MAX || entry.timestamp - first > BATCH_SPAN_MS_MAX
    );
  });
  return end < 0 ? sorted : sorted.slice(0, end);
}

/** Of a batch, a beginning that was too old and an end that was too new (package d.ts). */
function rejectedCount(info: RejectedLogEventsInfo | undefined, batch: number): number {
  if (info === undefined) return 0;
  const old = Math.max(info.tooOldLogEventEndIndex ?? 0, info.expiredLogEventEndIndex ?? 0);
  return old + batch - (info.tooNewLogEventStartIndex ?? batch);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
