/**
 * The metric filters of CloudWatch Logs: each event that comes in and fits counts in a metric, at the event's own time,
 * with no code of anybody's in between.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */
import * as z from "zod";
import type { Datapoint, Metric } from "../cloudwatch/metrics.ts";
import type { Filter } from "../filter-pattern.ts";
import { parseInput } from "../input.ts";
import { FilterPattern } from "../log-names.ts";
import { invalid, notFound, parsePattern } from "../log-refusals.ts";
import type { StoredEvent } from "../log-store.ts";
import { type Prepare, type Prepared, Unsupported } from "../service.ts";
import { FilterShelf } from "./shelf.ts";
import { FilterKey } from "./subscription.ts";
import type { SubscriptionsOptions } from "./subscriptions.ts";

/** Package `@aws-sdk/client-cloudwatch-logs` PutMetricFilterCommand.d.ts. */
const METRIC_FILTERS_MAX = 100;

const MetricName = z
  .string()
  .max(255)
  .regex(/^[^:*$]*$/);
const Transformation = z.object({
  metricName: MetricName,
  metricNamespace: MetricName,
  metricValue: z.string().max(100),
  defaultValue: z.number().optional(),
  dimensions: z.record(z.string(), z.string()).default({}),
  unit: z.string().optional(),
});
const PutMetricFilterInput = FilterKey.extend({
  filterPattern: FilterPattern,
  metricTransformations: z.tuple([Transformation]),
  applyOnTransformedLogs: z.boolean().default(false),
  fieldSelectionCriteria: z.string().max(2000).optional(),
  emitSystemFieldDimensions: z.array(z.string()).optional(),
});
type PutMetricFilterInput = z.infer<typeof PutMetricFilterInput>;

interface MetricFilter {
  readonly logGroupName: string;
  readonly filterName: string;
  readonly matches: Filter;
  readonly metric: Metric;
  readonly value: number;
  readonly defaultValue: number | undefined;
}

/** Takes a value of the wall clock's time. */
export type PutMetric = (metric: Metric, datapoint: Datapoint) => void;

export class MetricFilters {
  readonly operations: Readonly<Record<string, Prepare>>;
  readonly #options: SubscriptionsOptions;
  readonly #shelf = new FilterShelf<MetricFilter>("metric filter", METRIC_FILTERS_MAX);
  #putMetric: PutMetric | undefined;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.operations = { PutMetricFilter: this.#prepare };
  }

  connect(put: PutMetric): void {
    this.#putMetric = put;
  }

  /** As the deployment does, with an account's own rights. Throws `Refusal` as the API does. */
  put(input: unknown): void {
    this.#put(parsed(input));
  }

  /** Nothing of what was logged before the filter is looked at. */
  take(logGroupName: string, events: readonly StoredEvent[]): void {
    for (const { matches, metric, value, defaultValue } of this.#shelf.of(logGroupName)) {
      for (const { message, timestamp: atMs } of events) {
        const counted = matches(message) ? value : defaultValue;
        if (counted !== undefined) this.#putMetric?.(metric, { atMs, value: counted });
      }
    }
  }

  readonly #prepare: Prepare = (input, { accountId }): Prepared => {
    const request = parsed(input);
    const resource = `arn:aws:logs:${this.#options.region}:${accountId}:log-group:${request.logGroupName}`;
    return {
      needs: [{ action: "logs:PutMetricFilter", resource, context: {} }],
      answer: () => this.#put(request),
    };
  };

  #put({ logGroupName, filterName, filterPattern, metricTransformations }: PutMetricFilterInput): object {
    if (!this.#options.hasGroup(logGroupName)) throw notFound("log group");
    const [{ metricName: name, metricNamespace: namespace, metricValue, defaultValue }] =
      metricTransformations;
    const value = Number(metricValue);
    if (metricValue.trim() === "" || !Number.isFinite(value))
      throw invalid(`Invalid metric transformation: metricValue is neither a number nor a selector`);
    const metric = { namespace, name, dimensions: {} };
    this.#shelf.put({
      ...{ logGroupName, filterName, matches: parsePattern(filterPattern) },
      ...{ metric, value, defaultValue },
    });
    return {};
  }
}

/** Throws `Refusal`, and `Unsupported` for what the real service can do besides. */
function parsed(input: unknown): PutMetricFilterInput {
  const request = parseInput(PutMetricFilterInput, input, "InvalidParameterException");
  const [{ dimensions, defaultValue, metricValue }] = request.metricTransformations;
  const hasDimensions = Object.keys(dimensions).length > 0;
  if (hasDimensions && defaultValue !== undefined)
    throw invalid("Invalid metric transformation: dimensions and default value are mutually exclusive");
  const what =
    (hasDimensions && "dimensions") ||
    (metricValue.startsWith("$") && "a selector as the value") ||
    (request.applyOnTransformedLogs && "applyOnTransformedLogs") ||
    (request.fieldSelectionCriteria !== undefined && "fieldSelectionCriteria") ||
    (request.emitSystemFieldDimensions !== undefined && "emitSystemFieldDimensions");
  if (what !== false)
    throw new Unsupported(`the local AWS does not support logs:PutMetricFilter with ${what}`);
  return request;
}
