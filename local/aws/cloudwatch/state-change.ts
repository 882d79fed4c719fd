/**
 * What CloudWatch tells on the default bus when an alarm changes its state, in the shapes of its guide.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
import { randomUUID } from "node:crypto";
import type { CompositeAlarm, MetricAlarm } from "../../graph/alarm-schema.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import type { AlarmState } from "./evaluate.ts";

export interface StateRecord {
  readonly value: AlarmState;
  readonly reason: string;
  /** JSON text. Of the state in which an alarm is made there is none. */
  readonly reasonData?: string;
  readonly atMs: number;
}

/** While a mute rule applies, an alarm acts on nothing; what it tells says so. */
export interface Mute {
  readonly mutedByArn: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Change {
  readonly state: StateRecord;
  readonly previous: StateRecord;
  readonly mute?: Mute | undefined;
}

/** An alarm begins with this, and tells nothing of it. */
export const initialState = (atMs: number): StateRecord => ({
  value: "INSUFFICIENT_DATA",
  reason: "Unchecked: Initial alarm creation",
  atMs,
});

export function metricAlarmChanged(alarm: MetricAlarm, change: Change): ServiceEvent {
  const { namespace, metricName, dimensions, periodSeconds, statistic, description } = alarm;
  const metric = { namespace, name: metricName, dimensions };
  return stateChange(alarm, change, {
    description,
    metrics: [
      {
        id: randomUUID(),
        metricStat: { metric, period: periodSeconds, stat: statistic },
        returnData: true,
      },
    ],
  });
}

export function compositeAlarmChanged(alarm: CompositeAlarm, change: Change): ServiceEvent {
  return stateChange(alarm, change, { description: alarm.description, alarmRule: alarm.rule });
}

function stateChange(
  { name, arn }: { readonly name: string; readonly arn: string },
  { state, previous, mute }: Change,
  configuration: object,
): ServiceEvent {
  return {
    source: "aws.cloudwatch",
    detailType: "CloudWatch Alarm State Change",
    delivery: "durable",
    resources: [arn],
    detail: {
      alarmName: name,
      configuration,
      state: told(state),
      previousState: told(previous),
      ...(mute === undefined
        ? {}
        : {
            muteDetail: {
              mutedByArn: mute.mutedByArn,
              muteWindowStart: alarmTime(mute.fromMs),
              muteWindowEnd: alarmTime(mute.toMs),
            },
          }),
    },
  };
}

function told({ value, reason, reasonData, atMs }: StateRecord) {
  return { value, reason, ...(reasonData === undefined ? {} : { reasonData }), timestamp: alarmTime(atMs) };
}

/** With an offset that has no colon: `2026-11-21T08:00:04.105+0000`. */
export const alarmTime = (atMs: number): string => new Date(atMs).toISOString().replace("Z", "+0000");
