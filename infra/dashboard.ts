/// <reference path="../.sst/platform/config.d.ts" />
/** One CloudWatch dashboard for the link: its alarms, its tunnels, its functions, what is left undelivered. */
import { HEARTBEAT } from "../shared/runtime/heartbeat.ts";
import { stageName } from "./names.ts";
import type { Scheduled } from "./scheduled-function.ts";
import type { AwsTunnel } from "./vpn.ts";

export interface DashboardParts {
  link: string;
  alarmArns: $util.Output<string>[];
  tunnels: ReadonlyMap<string, AwsTunnel>;
  scheduled: readonly Scheduled[];
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
  const ofFunctions = (namespace: string, metricName: string, dimension: string) =>
    parts.scheduled.map(({ concern, name }) => [namespace, metricName, dimension, name, { label: concern }]);
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
        metric(
          "Runs that succeeded",
          ofFunctions(HEARTBEAT.namespace, HEARTBEAT.metric, HEARTBEAT.dimension),
          { stat: "Sum" },
        ),
        metric("Runs that failed", ofFunctions("AWS/Lambda", "Errors", "FunctionName"), { stat: "Sum" }),
        metric("Longest run", ofFunctions("AWS/Lambda", "Duration", "FunctionName"), { stat: "Maximum" }),
        metric(
          "Dead letters",
          [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", parts.deadLetters]],
          { stat: "Maximum" },
        ),
      ],
    }),
  });
}
