/// <reference path="../.sst/platform/config.d.ts" />
/** One CloudWatch dashboard for the link: its alarms, its tunnels, its functions, what is left undelivered. */
import { HEARTBEAT, heartbeatOf } from "../shared/runtime/heartbeat.ts";
import { ofDeliveries, refusedMetric } from "./auth-failure-alarms.ts";
import type { AuthFailures } from "./auth-failures.ts";
import { stageName } from "./names.ts";
import { type Scheduled, scheduleName } from "./scheduled-function.ts";
import type { AwsTunnel } from "./vpn.ts";

export interface DashboardParts {
  link: string;
  alarmArns: $util.Output<string>[];
  tunnels: ReadonlyMap<string, AwsTunnel>;
  scheduled: readonly Scheduled[];
  /** Where refused callers are counted. */
  authFailures: AuthFailures | undefined;
  deadLetters: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const WIDTH = 24;
const HALF = WIDTH / 2;
const HEIGHT = 6;

export function createDashboard(parts: DashboardParts): void {
  const { region } = aws.getRegionOutput();
  const tunnels = [...parts.tunnels].map(([name, { outsideIp }]) => ({ name, outsideIp }));
  const metric = (title: string, metrics: unknown[][], more: object = {}) => ({
    type: "metric",
    width: HALF,
    height: HEIGHT,
    properties: { title, region, view: "timeSeries", period: 60, metrics, ...more },
  });
  const ofTunnels = (metricName: string) =>
    tunnels.map(({ name, outsideIp }) => [
      "AWS/VPN",
      metricName,
      "TunnelIpAddress",
      outsideIp,
      { label: name },
    ]);
  const ofFunctions = (metricName: string) =>
    parts.scheduled.map(({ concern, name }) => [
      "AWS/Lambda",
      metricName,
      "FunctionName",
      name,
      { label: concern },
    ]);
  const { namespace, metric: succeeded } = HEARTBEAT;
  const ofSchedules = parts.scheduled.flatMap(({ concern, name, runs }) =>
    runs.map(({ run }) => [
      namespace,
      succeeded,
      ...Object.entries(heartbeatOf(name, run)).flat(),
      { label: scheduleName(concern, run) },
    ]),
  );
  new aws.cloudwatch.Dashboard("Dashboard", {
    dashboardName: stageName(),
    dashboardBody: $jsonStringify({
      widgets: [
        {
          type: "alarm",
          width: WIDTH,
          height: 3,
          properties: { title: `Alarms of ${parts.link}`, alarms: parts.alarmArns },
        },
        ...(tunnels.length === 0
          ? []
          : [
              metric("Tunnels up", ofTunnels("TunnelState"), {
                stat: "Minimum",
                yAxis: { left: { min: 0, max: 1 } },
              }),
              metric("Bytes to AWS", ofTunnels("TunnelDataIn"), { stat: "Sum" }),
              metric("Bytes from AWS", ofTunnels("TunnelDataOut"), { stat: "Sum" }),
            ]),
        ...(parts.authFailures === undefined
          ? []
          : [
              metric("Callers refused", refusedIn(parts.authFailures), { stat: "Sum" }),
              metric("Log lines not handed over", heldUpIn(parts.authFailures), { stat: "Sum" }),
            ]),
        metric("Runs that succeeded", ofSchedules, { stat: "Sum" }),
        metric("Runs that failed", ofFunctions("Errors"), { stat: "Sum" }),
        metric("Longest run", ofFunctions("Duration"), { stat: "Maximum" }),
        metric(
          "Dead letters",
          [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", parts.deadLetters]],
          { stat: "Maximum" },
        ),
      ],
    }),
  });
}

const refusedIn = ({ logs }: AuthFailures) =>
  logs.map((one) => {
    const { namespace, metricName } = refusedMetric(one);
    return [namespace, metricName, { label: one.log.name }];
  });

const heldUpIn = ({ logs, scheduled }: AuthFailures) =>
  logs.flatMap((one) => {
    const { namespace, dimensions } = ofDeliveries(one, scheduled.name);
    return ["DeliveryErrors", "DeliveryThrottling"].map((metricName) => [
      namespace,
      metricName,
      ...Object.entries(dimensions).flat(),
      { label: `${one.log.name} ${metricName}` },
    ]);
  });
