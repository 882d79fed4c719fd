/**
 * CloudWatch's metrics: values in series, one for each namespace, name and exact set of dimensions, and what a
 * statistic makes of those within a period. A series that nobody wrote to is missing, which is not zero.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
import type { MetricAlarm } from "../../graph/alarm-schema.ts";

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Datapoint {
  readonly atMs: number;
  readonly value: number;
}

/** A week of values that come each minute, which is as far back as an alarm looks. */
const kept = 7 * 24 * 60;

export class Metrics {
  readonly #series = new Map<string, Datapoint[]>();

  put(metric: Metric, datapoint: Datapoint): void {
    const key = keyOf(metric);
    const series = this.#series.get(key) ?? [];
    series.push(datapoint);
    if (series.length > kept) series.shift();
    this.#series.set(key, series);
  }

  /** Of the values from `fromMs` on and before `toMs`; undefined when there are none. */
  statistic(
    metric: Metric,
    statistic: MetricAlarm["statistic"],
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): number | undefined {
    const series = this.#series.get(keyOf(metric)) ?? [];
    const values = series.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ value }) => value);
    return values.length === 0 ? undefined : STATISTICS[statistic](values);
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const STATISTICS: Readonly<Record<MetricAlarm["statistic"], (values: readonly number[]) => number>> = {
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
  Sum: sum,
};

/** The order in which dimensions are written does not matter. */
function keyOf({ namespace, name, dimensions }: Metric): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
