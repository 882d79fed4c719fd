/**
 * How many lines of refused callers a second go through what the function does with a delivery: decode it, read its
 * lines, count them and judge; and how many each reader reads of its own samples.
 */

import { openDelivery, readLines } from "../../shared/auth-failures/delivery.ts";
import { authFailuresOf, type DesiredAuth } from "../../shared/auth-failures/desired.ts";
import type { Known } from "../../shared/auth-failures/known.ts";
import { type AuthMemory, NO_MEMORY } from "../../shared/auth-failures/memory.ts";
import { takeDelivery } from "../../shared/auth-failures/memory-take.ts";
import {
  ikeSamples,
  latticeSamples,
  wafSamples,
} from "../../shared/auth-failures/readers/test-aws-samples.ts";
import { envoySamples } from "../../shared/auth-failures/readers/test-envoy-samples.ts";
import { jsonSamples } from "../../shared/auth-failures/readers/test-json-samples.ts";
import {
  nginxAccessSamples,
  nginxAccessTextSamples,
} from "../../shared/auth-failures/readers/test-nginx-access-samples.ts";
import {
  nginxErrorSamples,
  nginxErrorTextSamples,
} from "../../shared/auth-failures/readers/test-nginx-error-samples.ts";
import { relaySamples } from "../../shared/auth-failures/readers/test-relay-samples.ts";
import { type Samples as LineSamples, readSample } from "../../shared/auth-failures/readers/test-samples.ts";
import { judge } from "../../shared/auth-failures/verdict.ts";
import { parseLink } from "../../shared/link/load.ts";
import link from "../stack/auth-failures-link.ts";
import { deliveryOf, type LineOf, sourceOf } from "./auth-lines.ts";
import { type Samples, summarize } from "./samples.ts";

/** 2026-03-28T12:00:00Z */
export const NOW = 1_774_699_200;
export const FROM = { account: "123456789012", group: "/example/relay", filter: "read-auth-failures" };
export const LINES_EACH = 2_000;
/** Of one minute, which one instance is to keep up with. */
const LINES_A_MINUTE = 100_000;
const WARM_UPS = 5;

export interface ReadingTime extends Samples {
  readonly callers: string;
  /** Of one delivery, in the median. */
  readonly lines: number;
  readonly linesPerSecond: number;
  readonly microsecondsEach: { readonly decode: number; readonly read: number; readonly count: number };
  /** What 100,000 lines take of the minute in which they come. */
  readonly shareOfMinute: number;
}

export interface ReaderRate {
  readonly reader: string;
  readonly samples: number;
  readonly linesPerSecond: number;
}

export const desiredAuth = (): DesiredAuth => {
  const desired = authFailuresOf(parseLink(link));
  if (desired === null) throw new Error("the link of the bench reads no logs");
  return desired;
};

const NOBODY: Known = { certificates: [], apiKeys: [], tunnels: [], callers: [] };

const stranger = (source: string): LineOf => ({
  ...{ outcome: "refused", reason: "no-certificate" },
  ...{ source, at: NOW },
});

const CALLERS: readonly (readonly [string, (index: number) => LineOf])[] = [
  ["one stranger", () => stranger(sourceOf(1))],
  ["each line another stranger", (index) => stranger(sourceOf(index))],
  [
    "bunny, accepted",
    () => ({ outcome: "accepted", identity: "bunny.example.com", source: sourceOf(1), at: NOW }),
  ],
];

export const measureReading = (): ReadingTime[] =>
  CALLERS.map(([callers, lineOf]) => measureCallers(callers, lineOf));

function measureCallers(callers: string, lineOf: (index: number) => LineOf): ReadingTime {
  const desired = desiredAuth();
  const times: Phases[] = [];
  const deliveries = WARM_UPS + LINES_A_MINUTE / LINES_EACH;
  let memory = NO_MEMORY;
  for (let delivery = 0; delivery < deliveries; delivery += 1) {
    const first = delivery * LINES_EACH;
    const lines = Array.from({ length: LINES_EACH }, (_, index) => lineOf(first + index));
    const taken = takeTimed(desired, memory, deliveryOf(FROM, lines, first));
    memory = taken.memory;
    if (delivery >= WARM_UPS) times.push(taken.phases);
  }
  const sum = (of: (phases: Phases) => number) => times.reduce((total, phases) => total + of(phases), 0);
  const totalMs = sum(({ decodeMs, readMs, countMs }) => decodeMs + readMs + countMs);
  const each = (ms: number) => Math.round((ms * 10_000) / LINES_A_MINUTE) / 10;
  return {
    callers,
    ...summarize(times.map(({ decodeMs, readMs, countMs }) => decodeMs + readMs + countMs)),
    lines: LINES_EACH,
    linesPerSecond: perSecond(LINES_A_MINUTE, totalMs),
    microsecondsEach: {
      decode: each(sum(({ decodeMs }) => decodeMs)),
      read: each(sum(({ readMs }) => readMs)),
      count: each(sum(({ countMs }) => countMs)),
    },
    shareOfMinute: Math.round(totalMs / 6) / 10_000,
  };
}

interface Phases {
  readonly decodeMs: number;
  readonly readMs: number;
  readonly countMs: number;
}

/** As keep.ts does, but for the table. Throws when not every line was understood: that would be another measurement. */
export function takeTimed(
  { groups, limits }: DesiredAuth,
  before: AuthMemory,
  event: object,
): { readonly memory: AuthMemory; readonly phases: Phases } {
  const beganAt = performance.now();
  const opened = openDelivery(event, { groups, account: FROM.account, filter: FROM.filter });
  if (opened.kind !== "lines") throw new Error(`a delivery is no batch of lines but ${opened.kind}`);
  const decodedAt = performance.now();
  const lines = readLines(opened.batch);
  const readAt = performance.now();
  const memory = judge(takeDelivery(before, { lines, known: NOBODY, limits, now: NOW }), limits, NOW);
  const countedAt = performance.now();
  if (lines.length !== opened.batch.lines.length || lines.some((line) => line.event === null))
    throw new Error("not every line was understood");
  return {
    memory,
    phases: { decodeMs: decodedAt - beganAt, readMs: readAt - decodedAt, countMs: countedAt - readAt },
  };
}

const READERS: readonly (readonly [string, LineSamples])[] = [
  ["relay", relaySamples],
  ["nginx-access, JSON", nginxAccessSamples],
  ["nginx-access, text", nginxAccessTextSamples],
  ["nginx-error, by an agent", nginxErrorSamples],
  ["nginx-error, text", nginxErrorTextSamples],
  ["envoy", envoySamples],
  ["lattice", latticeSamples],
  ["waf", wafSamples],
  ["ike", ikeSamples],
  ["json", jsonSamples],
];
const READS = 20_000;
/** Some samples are as long as a line may be: what is measured is how usual ones are read. */
const USUAL_LENGTH_MAX = 8_192;

export const measureReaders = (): ReaderRate[] =>
  READERS.map(([reader, { group, samples }]) => {
    const usual = samples.filter(({ message }) => message.length <= USUAL_LENGTH_MAX);
    const readAll = (reads: number) => {
      for (let read = 0; read < reads; read += usual.length)
        for (const sample of usual) readSample(group, sample);
    };
    readAll(READS / 10);
    const beganAt = performance.now();
    readAll(READS);
    const reads = Math.ceil(READS / usual.length) * usual.length;
    return { reader, samples: usual.length, linesPerSecond: perSecond(reads, performance.now() - beganAt) };
  });

/** To two digits: the machine is not more exact. */
export const perSecond = (lines: number, ms: number): number => Number(((lines * 1_000) / ms).toPrecision(2));
