/** An account with alarms on one tunnel's state, whose minutes a test lets pass. */
import type { CompositeAlarm, MetricAlarm } from "../../graph/alarm-schema.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { manualTimers } from "../manual-timers.ts";
import { accountId, region } from "../test-world.ts";
import type { Timers } from "../timers.ts";
import type { AlarmMessage } from "./alarm-message.ts";
import { CloudWatch } from "./cloudwatch.ts";

export const startMs = Date.parse("2026-11-21T08:00:00Z");
export const topicArn = `arn:aws:sns:${region}:${accountId}:watchdog`;
export const alarmArn = (name: string) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

export function metricAlarm(name: string, changes: Partial<MetricAlarm> = {}): MetricAlarm {
  return {
    name,
    arn: alarmArn(name),
    description: `The tunnel ${name} is down.`,
    alarmActions: [],
    okActions: [],
    namespace: "AWS/VPN",
    metricName: "TunnelState",
    dimensions: { TunnelIpAddress: name },
    statistic: "Maximum",
    periodSeconds: 60,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
    comparison: "LessThanThreshold",
    threshold: 1,
    treatMissingData: "breaching",
    ...changes,
  };
}

export function compositeAlarm(name: string, rule: string): CompositeAlarm {
  const tell = { alarmActions: [topicArn], okActions: [topicArn] };
  return { name, arn: alarmArn(name), description: "All are down.", rule, ...tell };
}

export interface Published extends AlarmMessage {
  readonly alarmArn: string;
  readonly topicArn: string;
}

export interface TestOptions {
  readonly publish?: (published: Published) => void;
  readonly timers?: Timers;
}

export function startCloudWatch(options: TestOptions = {}) {
  const minutes = manualTimers(startMs);
  const timers = options.timers ?? minutes;
  const told: ServiceEvent[] = [];
  const published: Published[] = [];
  const cloudWatch = new CloudWatch({
    region,
    accountId,
    timers,
    clock: timers.now,
    tell: (event) => told.push(event),
    publish: async (alarm, topic, message) => {
      const publication = { alarmArn: alarm, topicArn: topic, ...message };
      options.publish?.(publication);
      published.push(publication);
    },
  });
  const up = new Map<string, boolean>();
  cloudWatch.sample((metrics, atMs) => {
    for (const [address, isUp] of up) {
      const dimensions = { TunnelIpAddress: address };
      const metric = { namespace: "AWS/VPN", name: "TunnelState", dimensions };
      metrics.put(metric, { atMs, value: isUp ? 1 : 0 });
    }
  });
  return {
    cloudWatch,
    told,
    published,
    /** Whose state is measured from now on, and how it is; undefined ends that. */
    set: (address: string, isUp: boolean | undefined) =>
      isUp === undefined ? up.delete(address) : up.set(address, isUp),
    minutes: (count: number) => minutes.advance(count * 60_000),
  };
}
