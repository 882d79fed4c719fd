/**
 * Listens to everything that crosses a wire of the local world and looks for private keys in it. What it keeps is
 * bounded: counts, findings, and the messages that were not scanned yet. Scanning is put off while messages are
 * few, so that it does not slow the traffic; `report` scans what is left, so it never misses one.
 */
import type { Sighting } from "../stand-in/kernel.ts";
import { type Finding, findPrivateKeys } from "./private-keys.ts";

export interface SeenKey extends Finding {
  readonly from: string;
  readonly to: string;
  readonly what: string;
}

interface TrafficCount {
  readonly from: string;
  readonly to: string;
  readonly messages: number;
  readonly bytes: number;
}

export interface TapReport {
  readonly messages: number;
  readonly bytes: number;
  /** Sorted by from and to. */
  readonly traffic: readonly TrafficCount[];
  /** Keys where a rule says that they may be. */
  readonly allowed: readonly SeenKey[];
  /** Keys anywhere else: each one is a leak. */
  readonly leaks: readonly SeenKey[];
  /** All that were found, also those that are too many to keep. */
  readonly allowedCount: number;
  readonly leakCount: number;
}

export type AllowedFindings = (key: SeenKey) => boolean;

/** Messages wait until they are this many or this large together. */
const WAITING_MAX = 256;
const WAITING_BYTES_MAX = 4 * 1_048_576;
/** Of each sort, allowed ones and leaks, this many are kept whole. */
const KEPT_MAX = 1_000;
/** Pairs of from and to; what comes after is counted together. */
const PAIRS_MAX = 1_000;

export class TrafficTap {
  readonly #isAllowed: AllowedFindings;
  readonly #traffic = new Map<string, { from: string; to: string; messages: number; bytes: number }>();
  readonly #allowed: SeenKey[] = [];
  readonly #leaks: SeenKey[] = [];
  #leakCount = 0;
  #allowedCount = 0;
  #waiting: Sighting[] = [];
  #waitingBytes = 0;

  constructor(isAllowed: AllowedFindings) {
    this.#isAllowed = isAllowed;
  }

  /** For `Kernel` and the workloads. The bytes are copied: their owner may use the memory again. */
  readonly see = (sighting: Sighting): void => {
    this.#count(sighting);
    this.#waiting.push({ ...sighting, bytes: Uint8Array.from(sighting.bytes) });
    this.#waitingBytes += sighting.bytes.length;
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes >= WAITING_BYTES_MAX) this.#scan();
  };

  report(): TapReport {
    this.#scan();
    const traffic = [...this.#traffic.values()].map((count) => ({ ...count }));
    traffic.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
    return {
      messages: traffic.reduce((sum, { messages }) => sum + messages, 0),
      bytes: traffic.reduce((sum, { bytes }) => sum + bytes, 0),
      traffic,
      allowed: [...this.#allowed],
      leaks: [...this.#leaks],
      allowedCount: this.#allowedCount,
      leakCount: this.#leakCount,
    };
  }

  #count({ from, to, bytes }: Sighting): void {
    const known = this.#traffic.has(`${from}\n${to}`) || this.#traffic.size < PAIRS_MAX;
    const pair = known ? { from, to } : { from: "others", to: "others" };
    const key = `${pair.from}\n${pair.to}`;
    const count = this.#traffic.get(key) ?? { ...pair, messages: 0, bytes: 0 };
    count.messages += 1;
    count.bytes += bytes.length;
    this.#traffic.set(key, count);
  }

  #scan(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { from, to, what, bytes } of waiting) {
      for (const finding of findPrivateKeys(bytes)) this.#keep({ ...finding, from, to, what });
    }
  }

  #keep(key: SeenKey): void {
    if (this.#isAllowed(key)) {
      this.#allowedCount += 1;
      if (this.#allowed.length < KEPT_MAX) this.#allowed.push(key);
    } else {
      this.#leakCount += 1;
      if (this.#leaks.length < KEPT_MAX) this.#leaks.push(key);
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
