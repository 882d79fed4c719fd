/**
 * CloudWatch's alarms: looks at the metrics once a minute, changes states, and tells of each change: on the default
 * bus whatever the alarm does about it, and to its topics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
import type { CompositeAlarm, MetricAlarm } from "../../graph/alarm-schema.ts";
import { ConnectionLost, Refusal } from "../../stand-in/operations.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { type AlarmMessage, alarmMessage } from "./alarm-message.ts";
import { type AlarmRule, parseAlarmRule } from "./alarm-rule.ts";
import { type AlarmState, evaluateAlarm, rangeOf } from "./evaluate.ts";
import type { Metrics } from "./metrics.ts";
import { longTime, metricReason, type Reading } from "./reason.ts";
import {
  alarmTime,
  type Change,
  compositeAlarmChanged,
  initialState,
  type Mute,
  metricAlarmChanged,
  type StateRecord,
} from "./state-change.ts";

export interface AlarmsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly metrics: Metrics;
  readonly tell: (event: ServiceEvent) => void;
  /** Throws `Refusal` or `ConnectionLost`, such as `Topics.publish`. */
  readonly publish: (alarmArn: string, topicArn: string, message: AlarmMessage) => Promise<void>;
}

interface Watched {
  readonly alarm: MetricAlarm | CompositeAlarm;
  readonly rule?: AlarmRule;
  state: StateRecord;
  mute?: Mute | undefined;
}

export interface FailedAction {
  readonly alarm: string;
  readonly topicArn: string;
  readonly code: string;
}

const minuteMs = 60_000;

export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #failed: FailedAction[] = [];

  constructor(options: AlarmsOptions) {
    this.#options = options;
  }

  addMetricAlarm(alarm: MetricAlarm, nowMs: number): void {
    this.#watched.set(alarm.name, { alarm, state: initialState(nowMs) });
  }

  /** Throws `AlarmRuleError` for a rule that the service refuses, and for an alarm that is not there. */
  addCompositeAlarm(alarm: CompositeAlarm, nowMs: number): void {
    const rule = parseAlarmRule(alarm.rule);
    for (const name of rule.alarms) this.#find(name);
    this.#watched.set(alarm.name, { alarm, rule, state: initialState(nowMs) });
  }

  state(name: string): AlarmState {
    return this.#find(name).state.value;
  }

  /** As a mute rule does that somebody has made; undefined ends it. */
  mute(name: string, mute: Mute | undefined): void {
    this.#find(name).mute = mute;
  }

  /** Actions that could not be carried out; CloudWatch notes them in the alarm's history, and tells nobody. */
  failedActions(): readonly FailedAction[] {
    return this.#failed;
  }

  /**
   * Looks at every alarm once. Metrics count in `nowMs`; what is told is said in `wallMs`, which differs where the
   * local run has time pass faster.
   */
  async evaluate({ nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number }): Promise<void> {
    for (const watched of this.#watched.values()) {
      if (watched.rule === undefined && "threshold" in watched.alarm)
        await this.#evaluateMetric(watched, watched.alarm, nowMs, wallMs);
    }
  }

  async #evaluateMetric(watched: Watched, alarm: MetricAlarm, nowMs: number, wallMs: number): Promise<void> {
    const readings = this.#readings(alarm, nowMs);
    const range = readings.map(({ value }) => value);
    const value = evaluateAlarm(alarm, range, watched.state.value);
    if (value === watched.state.value) return;
    const shown = readings.map((one) => ({ ...one, atMs: wallMs - (nowMs - one.atMs) }));
    await this.#change(watched, metricReason(alarm, value, shown, wallMs));
  }

  /** The periods of the range, up to the last whole minute. */
  #readings(alarm: MetricAlarm, nowMs: number): Reading[] {
    const { namespace, metricName: name, dimensions, statistic } = alarm;
    const periodMs = alarm.periodSeconds * 1000;
    const endMs = Math.floor(nowMs / minuteMs) * minuteMs;
    return Array.from({ length: rangeOf(alarm) }, (_, index) => {
      const fromMs = endMs - (rangeOf(alarm) - index) * periodMs;
      const period = { fromMs, toMs: fromMs + periodMs };
      const value = this.#options.metrics.statistic({ namespace, name, dimensions }, statistic, period);
      return { atMs: fromMs, value };
    });
  }

  async #change(watched: Watched, state: StateRecord): Promise<void> {
    const { alarm, state: previous, mute: rule } = watched;
    const muted = rule !== undefined && rule.fromMs <= state.atMs && state.atMs < rule.toMs;
    const change: Change = { state, previous, mute: muted ? rule : undefined };
    watched.state = state;
    this.#options.tell(
      "rule" in alarm ? compositeAlarmChanged(alarm, change) : metricAlarmChanged(alarm, change),
    );
    if (!muted) await this.#act(alarm, change);
    await this.#evaluateComposites(watched);
  }

  /** Those that name the alarm that has changed. */
  async #evaluateComposites(changed: Watched): Promise<void> {
    for (const watched of this.#watched.values()) {
      const names = [changed.alarm.name, changed.alarm.arn];
      if (!watched.rule?.alarms.some((alarm) => names.includes(alarm))) continue;
      const value = watched.rule.holds((alarm) => this.state(alarm)) ? "ALARM" : "OK";
      if (value !== watched.state.value) await this.#change(watched, compositeReason(value, changed));
    }
  }

  async #act(alarm: MetricAlarm | CompositeAlarm, change: Change): Promise<void> {
    const topics = { ALARM: alarm.alarmActions, OK: alarm.okActions, INSUFFICIENT_DATA: [] };
    for (const topicArn of topics[change.state.value]) {
      try {
        await this.#options.publish(alarm.arn, topicArn, alarmMessage(alarm, change, this.#options));
      } catch (error) {
        if (!(error instanceof Refusal || error instanceof ConnectionLost)) throw error;
        const code = error instanceof Refusal ? error.code : "ConnectionLost";
        this.#failed.push({ alarm: alarm.name, topicArn, code });
      }
    }
  }

  /** By name or ARN. */
  #find(alarm: string): Watched {
    const found = this.#watched.get(alarm.replace(/^arn:[^/]+:alarm:/, ""));
    if (found === undefined) throw new Error(`there is no alarm ${alarm}`);
    return found;
  }
}

function compositeReason(value: AlarmState, { alarm, state }: Watched): StateRecord {
  const trigger = { arn: alarm.arn, state: { value: state.value, timestamp: alarmTime(state.atMs) } };
  return {
    value,
    reason: `${alarm.arn} transitioned to ${state.value} at ${longTime(state.atMs)}`,
    reasonData: JSON.stringify({ triggeringAlarms: [trigger] }),
    atMs: state.atMs,
  };
}
