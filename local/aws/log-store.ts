/**
 * The log groups and what was written to them. An event is kept at once and found a little later: each batch
 * draws its own delay of up to a second, as the service is eventually consistent.
 */
import { randomBytes } from "node:crypto";
import type { Kernel } from "../stand-in/kernel.ts";

export interface LogLine {
  /** When it happened, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface StoredEvent extends LogLine {
  readonly stream: string;
  readonly eventId: string;
  readonly ingestedAtMs: number;
  readonly visibleAtMs: number;
  /** Counts up over all groups: the order in which events came. */
  readonly sequence: number;
}

export interface LogGroup {
  readonly retentionDays: number | undefined;
  readonly streams: Set<string>;
  readonly events: StoredEvent[];
}

const visibleAfterMsMax = 1000;

export class LogStore {
  readonly #kernel: Kernel;
  readonly #clock: () => number;
  readonly #groups = new Map<string, LogGroup>();
  #sequence = 0;

  constructor(kernel: Kernel, clock: () => number) {
    this.#kernel = kernel;
    this.#clock = clock;
  }

  createGroup(name: string, retentionDays?: number): void {
    this.#groups.set(name, { retentionDays, streams: new Set(), events: [] });
  }

  group(name: string): LogGroup | undefined {
    return this.#groups.get(name);
  }

  /** Returns the events that they have become. */
  append(group: LogGroup, stream: string, lines: readonly LogLine[]): readonly StoredEvent[] {
    const nowMs = this.#clock();
    const { faults } = this.#kernel;
    const delayMs = faults.calm ? 0 : Math.floor(faults.draw("logs visible") * (visibleAfterMsMax + 1));
    const stored = lines.map(({ timestamp, message }) => {
      this.#sequence += 1;
      return {
        timestamp,
        message,
        stream,
        eventId: eventIdAt(timestamp),
        ingestedAtMs: nowMs,
        visibleAtMs: nowMs + delayMs,
        sequence: this.#sequence,
      };
    });
    for (const event of stored) group.events.push(event);
    return stored;
  }
}

/** A decimal number of some 56 digits that grows with the time, as recorded ones are. */
const eventIdAt = (timestamp: number): string =>
  ((BigInt(timestamp) << 144n) | BigInt(`0x${randomBytes(18).toString("hex")}`)).toString();
