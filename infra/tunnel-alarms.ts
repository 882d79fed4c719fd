/// <reference path="../.sst/platform/config.d.ts" />
/**
 * One alarm for each tunnel, and one for all of them together. They wake the function that watches the tunnels; the
 * one for all also tells people directly.
 */
import { TUNNELS_ALARM, tunnelAlarm } from "../shared/runtime/deployed-names.ts";
import { stageName } from "./names.ts";
import type { AwsTunnel } from "./vpn.ts";

/** What the names of these alarms begin with, and of no others of the stage. */
const FAMILY = "tunnel";

/** CloudWatch gets the state once a minute; one minute alone may be a rekeying. */
const PERIOD_SECONDS = 60;
const PERIODS = 2;

export interface TunnelAlarmsParts {
  tunnels: ReadonlyMap<string, AwsTunnel>;
  /** What people subscribe to, where there is such a topic. */
  topicArn: $util.Output<string> | undefined;
}

/** What the ARNs of these alarms begin with. */
export function tunnelAlarmsArnPrefix(): $util.Output<string> {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return $interpolate`arn:aws:cloudwatch:${region}:${accountId}:alarm:${stageName(FAMILY)}`;
}

/** Returns the ARNs of the alarms. */
export function createTunnelAlarms({ tunnels, topicArn }: TunnelAlarmsParts): $util.Output<string>[] {
  const each = [...tunnels].map(([name, { outsideIp }]) => createTunnelAlarm(name, outsideIp));
  const actions = topicArn === undefined ? [] : [topicArn];
  const all = new aws.cloudwatch.CompositeAlarm("TunnelsDown", {
    alarmName: stageName(TUNNELS_ALARM),
    alarmDescription: "Every tunnel of the link is down.",
    alarmRule: $resolve(each.map(({ name }) => name)).apply((names) =>
      names.map((name) => `ALARM("${name}")`).join(" AND "),
    ),
    alarmActions: actions,
    okActions: actions,
  });
  return [...each.map(({ arn }) => arn), all.arn];
}

/**
 * Of the one dimension: AWS publishes no series that has the connection as well
 * (https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-cloudwatch-vpn.html). The state is published for as long
 * as the tunnel exists, so to hear nothing of it is as bad as to hear that it is down.
 */
function createTunnelAlarm(tunnel: string, outsideIp: $util.Input<string>) {
  const alarm = new aws.cloudwatch.MetricAlarm(`TunnelDown-${tunnel}`, {
    name: stageName(tunnelAlarm(tunnel)),
    alarmDescription: `The tunnel ${tunnel} is down.`,
    namespace: "AWS/VPN",
    metricName: "TunnelState",
    dimensions: { TunnelIpAddress: outsideIp },
    statistic: "Maximum",
    period: PERIOD_SECONDS,
    evaluationPeriods: PERIODS,
    datapointsToAlarm: PERIODS,
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    treatMissingData: "breaching",
  });
  return { name: alarm.name, arn: alarm.arn };
}
