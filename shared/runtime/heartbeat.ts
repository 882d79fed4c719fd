/**
 * The dead-man's switch of a schedule: one metric for each scheduled run that ended without trouble. An alarm on its
 * absence tells of functions that fail, never start or hang, without any of our code in the way (infra/watchdog.ts).
 *
 * The line is in CloudWatch's embedded metric format, alone on its line of standard output: what goes through the
 * console is wrapped into a record of Lambda's own, in which CloudWatch looks for no metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { MiddlewareObj } from "@middy/core";

export const HEARTBEAT = { namespace: "Warrener", metric: "Succeeded", dimension: "Function" } as const;

export interface HeartbeatOptions {
  /** Milliseconds since the epoch. */
  readonly clockMs: () => number;
  /** Writes to standard output as it is. */
  readonly write: (text: string) => unknown;
}

/** Used before `failOnTrouble`, so that it comes after it: what runs afterwards goes from the last to the first. */
export function heartbeat({ clockMs, write }: HeartbeatOptions): MiddlewareObj<unknown> {
  return {
    after: ({ event, context }) => {
      if (!isScheduled(event)) return;
      write(`${JSON.stringify(heartbeatRecord(context.functionName, clockMs()))}\n`);
    },
  };
}

/** A schedule hands over nothing (`{}`); what an event or a question starts proves nothing about the schedule. */
function isScheduled(event: unknown): boolean {
  return typeof event === "object" && event !== null && Object.keys(event).length === 0;
}

function heartbeatRecord(functionName: string, atMs: number) {
  const { namespace, metric, dimension } = HEARTBEAT;
  return {
    _aws: {
      Timestamp: atMs,
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [[dimension]], Metrics: [{ Name: metric, Unit: "Count" }] },
      ],
    },
    level: "INFO",
    event: "run.succeeded",
    [dimension]: functionName,
    [metric]: 1,
  };
}
