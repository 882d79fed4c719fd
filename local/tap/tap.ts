/**
 * Listens to everything that crosses a wire of the local world and looks for secrets in it: private keys, and those
 * that it is told of. What it keeps is bounded: counts, findings, and the messages that were not scanned yet. Scanning
 * is put off while messages are few, so that it does not slow the traffic, and so that what is made in the meantime is
 * known by then; `report` scans what is left, so it never misses one.
 */
import type { Sighting } from "../stand-in/kernel.ts";
import { type Finding, findSecrets } from "./find-secrets.ts";
import { type KnownSecret, KnownSecrets } from "./known-secrets.ts";

export interface SeenSecret extends Finding {
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
  /** Secrets where a rule says that they may be. */
  readonly allowed: readonly SeenSecret[];
  /** Secrets anywhere else: each one is a leak. */
  readonly leaks: readonly SeenSecret[];
  /** All that were found, also those that are too many to keep. */
  readonly allowedCount: number;
  readonly leakCount: number;
}

export type AllowedFindings = (secret: SeenSecret) => boolean;

/**
 * Messages wait until they are this many or this large together, and then the older half is scanned: a secret that is
 * noticed by then is found in what was said just before it was.
 */
const WAITING_MAX = 512;
const WAITING_BYTES_MAX = 8 * 1_048_576;
/** Of each sort, allowed ones and leaks, this many are kept whole; of allowed ones also the first of each secret. */
const KEPT_MAX = 1_000;
/** Pairs of from and to; what comes after is counted together. */
const PAIRS_MAX = 1_000;

export class TrafficTap {
  readonly #isAllowed: AllowedFindings;
  readonly #traffic = new Map<string, { from: string; to: string; messages: number; bytes: number }>();
  readonly #allowed: SeenSecret[] = [];
  readonly #allowedOnes = new Set<string>();
  readonly #leaks: SeenSecret[] = [];
  #leakCount = 0;
  #allowedCount = 0;
  readonly #known = new KnownSecrets();
  readonly #sources: (() => Iterable<KnownSecret>)[] = [];
  #waiting: Sighting[] = [];
  #waitingBytes = 0;

  constructor(isAllowed: AllowedFindings) {
    this.#isAllowed = isAllowed;
  }

  /** What there is to be found, asked for again before each scan: what was once given stays known. */
  watch(secrets: () => Iterable<KnownSecret>): void {
    this.#sources.push(secrets);
  }

  /** For `Kernel` and the workloads. The bytes are copied: their owner may use the memory again. */
  readonly see = (sighting: Sighting): void => {
    this.#count(sighting);
    this.#waiting.push({ ...sighting, bytes: Uint8Array.from(sighting.bytes) });
    this.#waitingBytes += sighting.bytes.length;
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes >= WAITING_BYTES_MAX)
      this.#scan(Math.ceil(this.#waiting.length / 2));
  };

  report(): TapReport {
    this.#scan(this.#waiting.length);
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

  #scan(count: number): void {
    for (const source of this.#sources) for (const secret of source()) this.#known.add(secret);
    for (const { from, to, what, bytes } of this.#waiting.splice(0, count)) {
      this.#waitingBytes -= bytes.length;
      for (const finding of findSecrets(bytes, this.#known)) this.#keep({ ...finding, from, to, what });
    }
  }

  #keep(secret: SeenSecret): void {
    if (this.#isAllowed(secret)) {
      this.#allowedCount += 1;
      const which = `${secret.kind} ${secret.name ?? ""}`;
      if (this.#allowed.length < KEPT_MAX || !this.#allowedOnes.has(which)) this.#allowed.push(secret);
      this.#allowedOnes.add(which);
    } else {
      this.#leakCount += 1;
      if (this.#leaks.length < KEPT_MAX) this.#leaks.push(secret);
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
