/**
 * The dead-man's switch of a schedule: one metric for each scheduled run that ended without trouble. An alarm on its
 * absence tells of functions that fail, never start or hang, without any of our code in the way (infra/watchdog.ts).
 *
 * The line is in CloudWatch's embedded metric format, alone on its line of standard output: what goes through the
 * console is wrapped into a record of Lambda's own, in which CloudWatch looks for no metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { MiddlewareObj } from "@middy/core";

export const HEARTBEAT = { namespace: "Warrener", metric: "Succeeded" } as const;

/** The dimensions of a schedule's metric: its function, and its run where the schedule asks for one (infra/). */
export const heartbeatOf = <Name>(functionName: Name, run?: string): Record<string, Name | string> => ({
  Function: functionName,
  ...(run === undefined ? {} : { Run: run }),
});

export interface HeartbeatOptions {
  /** Milliseconds since the epoch. */
  readonly clockMs: () => number;
  /** Writes to standard output as it is. */
  readonly write: (text: string) => unknown;
  /** The runs that have a schedule of their own; each schedule has its own switch. */
  readonly runs?: readonly string[];
}

/** Used before `failOnTrouble`, so that it comes after it: what runs afterwards goes from the last to the first. */
export function heartbeat({ clockMs, write, runs = [] }: HeartbeatOptions): MiddlewareObj<unknown> {
  return {
    after: ({ event, context, response }) => {
      const schedule = scheduleOf(event, runs);
      if (schedule === null || isInTrouble(response)) return;
      write(
        `${JSON.stringify(heartbeatRecord(heartbeatOf(context.functionName, schedule.run), clockMs()))}\n`,
      );
    },
  };
}

/** A run whose trouble does not fail it has not succeeded either. */
const isInTrouble = (response: unknown): boolean =>
  typeof response === "object" &&
  response !== null &&
  "trouble" in response &&
  Array.isArray(response.trouble) &&
  response.trouble.length > 0;

/**
 * A schedule hands over nothing (`{}`), or one of its function's scheduled runs and nothing else. What an event or a
 * question starts proves nothing about a schedule.
 */
function scheduleOf(event: unknown, runs: readonly string[]): { readonly run?: string } | null {
  if (typeof event !== "object" || event === null) return null;
  const entries: [string, unknown][] = Object.entries(event);
  const [[key, value] = [], ...more] = entries;
  if (key === undefined) return {};
  const run = runs.find((one) => one === value);
  return key === "run" && run !== undefined && more.length === 0 ? { run } : null;
}

function heartbeatRecord(dimensions: Readonly<Record<string, string>>, atMs: number) {
  const { namespace, metric } = HEARTBEAT;
  return {
    _aws: {
      Timestamp: atMs,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: [{ Name: metric, Unit: "Count" }],
        },
      ],
    },
    level: "INFO",
    event: "run.succeeded",
    ...dimensions,
    [metric]: 1,
  };
}
