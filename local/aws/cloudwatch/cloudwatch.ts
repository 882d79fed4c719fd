/** Amazon CloudWatch, as far as the deployment uses it: metrics from log lines and services, and alarms on them. */
import { Background } from "../background.ts";
import type { Timers } from "../timers.ts";
import { Alarms, type AlarmsOptions } from "./alarms.ts";
import { extractMetrics } from "./embedded-metrics.ts";
import { type Datapoint, type Metric, Metrics } from "./metrics.ts";

export interface CloudWatchOptions extends Omit<AlarmsOptions, "metrics"> {
  /** Sped up (`speedUp`) where an alarm's minute is to take less than a minute. */
  readonly timers: Timers;
  /** The wall clock, by which log lines are stamped: milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** Puts what a service measures each minute. */
export type Sampler = (metrics: Metrics, atMs: number) => void;

const minuteMs = 60_000;

export class CloudWatch {
  readonly metrics = new Metrics();
  readonly alarms: Alarms;
  readonly #clock: () => number;
  readonly #background: Background;
  readonly #samplers: Sampler[] = [];
  readonly #refused: string[] = [];
  #sampledAtMs: number | undefined;

  constructor({ timers, clock = Date.now, ...options }: CloudWatchOptions) {
    this.#clock = clock;
    this.#background = new Background(timers);
    this.alarms = new Alarms({ ...options, metrics: this.metrics });
  }

  /** On the clock that metrics and alarms go by. */
  now(): number {
    return this.#background.now();
  }

  /** Metrics in a log line are of the wall clock's time. */
  readLogLine(line: string): void {
    const { values, refused } = extractMetrics(line);
    if (refused !== undefined) this.#refused.push(refused);
    for (const { metric, datapoint } of values) this.put(metric, datapoint);
  }

  /** A value of the wall clock's time keeps its distance from now, on a clock that may run faster. */
  put(metric: Metric, { atMs, value }: Datapoint): void {
    this.metrics.put(metric, { atMs: this.now() - (this.#clock() - atMs), value });
  }

  /** Lines that look as if they held metrics, and do not. */
  refusedLines(): readonly string[] {
    return this.#refused;
  }

  sample(sampler: Sampler): void {
    this.#samplers.push(sampler);
  }

  /** Has services have measured for so long before now, as they do whose resources were there before the alarms. */
  backfill(minutes: number): void {
    this.#sampledAtMs = this.now() - (minutes + 1) * minuteMs;
    this.#measure(this.now() - minuteMs);
  }

  /** From now on alarms are looked at. */
  start(): void {
    this.#background.after(minuteMs - (this.now() % minuteMs), async () => {
      this.start();
      const nowMs = this.now();
      this.#measure(nowMs);
      await this.alarms.evaluate({ nowMs, wallMs: this.#clock() });
    });
  }

  /** Each minute since the last one: that this process was late is no sign of anything that is measured. */
  #measure(untilMs: number): void {
    const fromMs = this.#sampledAtMs ?? untilMs - minuteMs;
    for (let atMs = fromMs + minuteMs; atMs <= untilMs; atMs += minuteMs) {
      for (const sampler of this.#samplers) sampler(this.metrics, atMs);
      this.#sampledAtMs = atMs;
    }
  }

  troubles(): readonly Error[] {
    return this.#background.troubles();
  }

  async stop(): Promise<void> {
    await this.#background.stop();
  }
}
