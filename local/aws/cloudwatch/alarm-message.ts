/**
 * What CloudWatch publishes to a topic when an alarm acts. AWS documents no schema of it; these are the members that
 * public code and forwarded mails show.
 */
import type { CompositeAlarm, MetricAlarm } from "../../graph/alarm-schema.ts";
import { alarmTime, type Change } from "./state-change.ts";

export interface AlarmMessage {
  readonly subject: string;
  /** JSON text. */
  readonly message: string;
}

export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** SNS takes no longer one. */
const subjectMax = 100;

export function alarmMessage(
  alarm: MetricAlarm | CompositeAlarm,
  { state, previous }: Change,
  { region, accountId }: Account,
): AlarmMessage {
  const subject = `${state.value}: "${alarm.name}" in ${region}`;
  return {
    subject: subject.length > subjectMax ? `${subject.slice(0, subjectMax - 3)}...` : subject,
    message: JSON.stringify({
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      AWSAccountId: accountId,
      NewStateValue: state.value,
      NewStateReason: state.reason,
      StateChangeTime: alarmTime(state.atMs),
      Region: region,
      AlarmArn: alarm.arn,
      OldStateValue: previous.value,
      OKActions: alarm.okActions,
      AlarmActions: alarm.alarmActions,
      InsufficientDataActions: [],
      ...("rule" in alarm ? { AlarmRule: alarm.rule } : { Trigger: triggerOf(alarm) }),
    }),
  };
}

function triggerOf(alarm: MetricAlarm) {
  return {
    MetricName: alarm.metricName,
    Namespace: alarm.namespace,
    StatisticType: "Statistic",
    Statistic: alarm.statistic.toUpperCase(),
    Unit: null,
    Dimensions: Object.entries(alarm.dimensions).map(([name, value]) => ({ value, name })),
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.treatMissingData,
  };
}
