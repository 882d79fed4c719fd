/**
 * What the deployment has done with the lines of log groups: subscription filters, which hand them to functions, and
 * metric filters, which count them. They are put once the functions run, as the deployment puts them after those.
 */
import { realTimers, speedUp } from "../aws/timers.ts";
import type { Graph } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";
import type { LocalEvents } from "./events.ts";
import type { Monitoring } from "./monitoring.ts";

export interface LogFilterParts {
  readonly kernel: Kernel;
  readonly graph: Pick<Graph, "accountId" | "subscriptionFilters" | "logMetricFilters">;
  readonly aws: Pick<LocalAws, "logs" | "server">;
  readonly events: Pick<LocalEvents, "invoke">;
  readonly monitoring: Pick<Monitoring, "cloudWatch">;
  /** A minute takes 60 / speed seconds. */
  readonly speed: number;
}

export interface LogFilters {
  /** Faults of the local world, not of the functions. */
  troubles(): readonly Error[];
  stop(): Promise<void>;
}

const COLLECT_MS = 1_000;

/** Throws what CloudWatch Logs refuses: the deployment would fail of it. */
export async function deployLogFilters(parts: LogFilterParts): Promise<LogFilters> {
  const { kernel, graph, aws, events, monitoring, speed } = parts;
  const { cloudWatch } = monitoring;
  const { subscriptions, metricFilters } = aws.logs;
  subscriptions.connect({
    kernel,
    timers: speedUp(realTimers, speed),
    // A second of the wall clock: a function runs no faster here, and would have no end of small batches to take.
    collectMs: COLLECT_MS * speed,
    invoke: events.invoke,
    decide: aws.server.decide,
    measure: (metric, value) => cloudWatch.metrics.put(metric, { atMs: cloudWatch.now(), value }),
  });
  metricFilters.connect((metric, datapoint) => cloudWatch.put(metric, datapoint));
  for (const { name, logGroup, filterPattern, destinationArn } of graph.subscriptionFilters) {
    const filter = { logGroupName: logGroup, filterName: name, filterPattern, destinationArn };
    await subscriptions.put(filter, graph.accountId);
  }
  for (const filter of graph.logMetricFilters) metricFilters.put(toInput(filter));
  return { troubles: () => subscriptions.troubles(), stop: () => subscriptions.stop() };
}

/** As PutMetricFilter takes it. */
function toInput({
  name,
  logGroup,
  filterPattern,
  metric,
  value,
  defaultValue,
}: Graph["logMetricFilters"][number]) {
  const transformation = {
    metricName: metric.name,
    metricNamespace: metric.namespace,
    metricValue: value,
    ...(defaultValue === undefined ? {} : { defaultValue }),
  };
  return {
    logGroupName: logGroup,
    filterName: name,
    filterPattern,
    metricTransformations: [transformation],
  };
}
