/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The second path, with none of Warrener's own code in the way: CloudWatch counts the lines of refused callers by
 * itself, and tells people by itself when there are many, or when lines do not get to the function.
 */
import type { Limits } from "../shared/auth-failures/verdict.ts";
import { HEARTBEAT } from "../shared/runtime/heartbeat.ts";
import type { AuthFailures, ReadLog } from "./auth-failures.ts";
import { stageName } from "./names.ts";

/** A metric filter counts by the minute. */
const MINUTE_SECONDS = 60;
const LOSS_PERIOD_SECONDS = 300;
const THROTTLED_PERIODS = 3;

/** What a subscription filter's metrics go by. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
const DELIVERIES = "AWS/Logs";

/** Of refused callers in one log group. Metric filters have no dimensions but what stands in the lines. */
export const refusedMetric = ({ log }: ReadLog) => ({
  namespace: HEARTBEAT.namespace,
  metricName: stageName(`callers-refused-${log.label}`),
});

/** Returns the ARNs of the alarms. */
export function watchCallers(
  { logs, scheduled, limits }: AuthFailures,
  topicArn: $util.Output<string>,
): $util.Output<string>[] {
  const tell = { alarmActions: [topicArn], okActions: [topicArn] };
  return [
    ...logs.flatMap((one) => [
      createRefusedAlarm(one, limits, tell),
      createLossAlarm(`LinesLost-${one.log.label}`, {
        ...tell,
        name: stageName(`lines-lost-${one.log.label}`),
        alarmDescription: `Lines of ${one.log.name} could not be handed to ${scheduled.concern}.`,
        metricName: "DeliveryErrors",
        ...ofDeliveries(one, scheduled.name),
      }),
      createLossAlarm(`LinesHeld-${one.log.label}`, {
        ...tell,
        name: stageName(`lines-held-${one.log.label}`),
        alarmDescription: `Lambda takes lines of ${one.log.name} more slowly than they come.`,
        metricName: "DeliveryThrottling",
        ...ofDeliveries(one, scheduled.name),
        periods: THROTTLED_PERIODS,
      }),
    ]),
    createLossAlarm(`${scheduled.logicalName}LettersLost`, {
      ...tell,
      name: stageName(`${scheduled.concern}-letters-lost`),
      alarmDescription: `Lines failed ${scheduled.concern} to the last attempt, and the dead-letter queue did not take them.`,
      namespace: "AWS/Lambda",
      metricName: "DestinationDeliveryFailures",
      dimensions: { FunctionName: scheduled.name },
    }),
  ];
}

interface Tell {
  alarmActions: $util.Output<string>[];
  okActions: $util.Output<string>[];
}

/** As many as the link calls a flood, within its window, whoever they came from: CloudWatch cannot tell them apart. */
function createRefusedAlarm(one: ReadLog, { windowSeconds, floodCount }: Limits, tell: Tell) {
  const { log, refusedPattern } = one;
  const { namespace, metricName } = refusedMetric(one);
  new aws.cloudwatch.LogMetricFilter(`CallersRefused-${log.label}`, {
    name: metricName,
    logGroupName: log.name,
    pattern: refusedPattern,
    metricTransformation: { namespace, name: metricName, value: "1" },
  });
  const alarm = new aws.cloudwatch.MetricAlarm(`CallersRefused-${log.label}`, {
    name: metricName,
    alarmDescription: `Many callers were refused: ${log.name} says whom, and why.`,
    namespace,
    metricName,
    statistic: "Sum",
    period: Math.ceil(windowSeconds / MINUTE_SECONDS) * MINUTE_SECONDS,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: floodCount,
    treatMissingData: "notBreaching",
    ...tell,
  });
  return alarm.arn;
}

/** Of one log group's deliveries by its subscription filter. */
export const ofDeliveries = ({ log }: ReadLog, filter: $util.Output<string>) => ({
  namespace: DELIVERIES,
  dimensions: { LogGroupName: log.name, DestinationType: "Lambda", FilterName: filter },
});

interface Loss extends Tell {
  name: string;
  alarmDescription: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, $util.Input<string>>;
  /** Left out, one is enough. */
  periods?: number;
}

function createLossAlarm(logicalName: string, { periods = 1, ...loss }: Loss): $util.Output<string> {
  const alarm = new aws.cloudwatch.MetricAlarm(logicalName, {
    ...loss,
    statistic: "Sum",
    period: LOSS_PERIOD_SECONDS,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    treatMissingData: "notBreaching",
  });
  return alarm.arn;
}
