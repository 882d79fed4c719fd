/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The dead-man's switch: alarms of CloudWatch that tell people by themselves, over SNS, when a function has stopped
 * succeeding or events are left undelivered. None of Warrener's own code is in the way, so that its silence is told.
 */
import { HEARTBEAT, heartbeatOf } from "../shared/runtime/heartbeat.ts";
import { alarmPrefix, stageName } from "./names.ts";
import { logicalNameOf, type Scheduled, type ScheduledRun, scheduleName } from "./scheduled-function.ts";

/** Longer ones have a period of a day: PutMetricAlarm takes no longer one. */
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const ERRORS_PERIOD_SECONDS = 300;
const ERRORS_PERIODS = 3;

/** Returns the ARN of the topic. */
export function createWatchdogTopic(emails: readonly string[]): $util.Output<string> {
  // Not encrypted: CloudWatch cannot use AWS's own key for it, and an alarm says nothing that is secret
  // (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
  const topic = new aws.sns.Topic("Watchdog", { name: stageName("watchdog") });
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  new aws.sns.TopicPolicy("WatchdogPolicy", {
    arn: topic.arn,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: topic.arn,
          Condition: {
            StringEquals: { "aws:SourceAccount": accountId },
            ArnLike: {
              "aws:SourceArn": $interpolate`arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarmPrefix()}*`,
            },
          },
        },
      ],
    }),
  });
  // Each address gets a mail with a link first, and nothing before somebody has followed it.
  for (const endpoint of emails) {
    new aws.sns.TopicSubscription(`Watchdog-${endpoint}`, { topic: topic.arn, protocol: "email", endpoint });
  }
  return topic.arn;
}

export interface WatchdogParts {
  topicArn: $util.Output<string>;
  scheduled: readonly Scheduled[];
  deadLetters: string;
}

/** Returns the ARNs of the alarms. */
export function watchFunctions({ topicArn, scheduled, deadLetters }: WatchdogParts): $util.Output<string>[] {
  const tell = { alarmActions: [topicArn], okActions: [topicArn] };
  return [
    ...scheduled.flatMap((one) => one.runs.map((run) => createHeartbeatAlarm(one, run, tell))),
    ...scheduled.map((one) => createErrorAlarm(one, tell)),
    createDeadLetterAlarm(deadLetters, tell),
  ];
}

interface Tell {
  alarmActions: $util.Output<string>[];
  okActions: $util.Output<string>[];
}

/** No run has ended well for several schedules in a row. What is not heard of is taken for failed. */
function createHeartbeatAlarm(scheduled: Scheduled, { run, everySeconds }: ScheduledRun, tell: Tell) {
  const schedule = scheduleName(scheduled.concern, run);
  const { period, periods } = patience(schedule, everySeconds);
  const alarm = new aws.cloudwatch.MetricAlarm(`${logicalNameOf(scheduled.logicalName, run)}Silent`, {
    name: stageName(`${schedule}-silent`),
    alarmDescription: `No scheduled run of ${schedule} has ended without trouble lately.`,
    namespace: HEARTBEAT.namespace,
    metricName: HEARTBEAT.metric,
    dimensions: heartbeatOf(scheduled.name, run),
    statistic: "Sum",
    period,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    treatMissingData: "breaching",
    ...tell,
  });
  return alarm.arn;
}

/**
 * How long to wait: five runs of those that run each minute, three of the others. CloudWatch looks back over a day,
 * over a week where the period is an hour or more
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
 */
function patience(schedule: string, everySeconds: number): { period: number; periods: number } {
  if (everySeconds === 60) return { period: 60, periods: 5 };
  if (everySeconds <= DAY_SECONDS) return { period: everySeconds, periods: 3 };
  const periods = Math.ceil(everySeconds / DAY_SECONDS) + 1;
  if (periods * DAY_SECONDS <= WEEK_SECONDS) return { period: DAY_SECONDS, periods };
  throw new Error(
    `${schedule} runs every ${everySeconds} seconds, and no alarm looks back as far: have it run every 6 days or more often`,
  );
}

/** It fails again and again, and not once. */
function createErrorAlarm({ logicalName, concern, name }: Scheduled, tell: Tell) {
  const alarm = new aws.cloudwatch.MetricAlarm(`${logicalName}Failing`, {
    name: stageName(`${concern}-failing`),
    alarmDescription: `${concern} fails again and again.`,
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: name },
    statistic: "Sum",
    period: ERRORS_PERIOD_SECONDS,
    evaluationPeriods: ERRORS_PERIODS,
    datapointsToAlarm: ERRORS_PERIODS,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    treatMissingData: "notBreaching",
    ...tell,
  });
  return alarm.arn;
}

/** Somebody has to look at what no retry could deliver. The queue says nothing while it is empty for long. */
function createDeadLetterAlarm(queueName: string, tell: Tell) {
  const alarm = new aws.cloudwatch.MetricAlarm("DeadLettersWaiting", {
    name: stageName("dead-letters-waiting"),
    alarmDescription: "Events could not be delivered, or their function failed to the last attempt.",
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: queueName },
    statistic: "Maximum",
    period: 60,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    treatMissingData: "notBreaching",
    ...tell,
  });
  return alarm.arn;
}
