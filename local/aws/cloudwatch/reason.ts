/** Why an alarm is in its state: a sentence, and the same as data, as far as public events show them. */
import type { MetricAlarm } from "../../graph/alarm-schema.ts";
import { type AlarmState, isBreaching, type Range } from "./evaluate.ts";
import { alarmTime, type StateRecord } from "./state-change.ts";

/** One datapoint of the range; its time is the begin of its period. */
export interface Reading {
  readonly atMs: number;
  readonly value: number | undefined;
}

export function metricReason(
  alarm: MetricAlarm,
  value: AlarmState,
  readings: readonly Reading[],
  nowMs: number,
): StateRecord {
  const real = readings.filter(isReal).slice(-alarm.evaluationPeriods);
  return {
    value,
    reason: sentence(
      alarm,
      value,
      real,
      readings.map((reading) => reading.value),
    ),
    reasonData: JSON.stringify({
      version: "1.0",
      queryDate: alarmTime(nowMs),
      ...(real[0] === undefined ? {} : { startDate: alarmTime(real[0].atMs) }),
      statistic: alarm.statistic,
      period: alarm.periodSeconds,
      recentDatapoints: real.map((reading) => reading.value),
      threshold: alarm.threshold,
      evaluatedDatapoints: real.map((reading) => ({
        timestamp: alarmTime(reading.atMs),
        value: reading.value,
      })),
    }),
    atMs: nowMs,
  };
}

interface RealReading extends Reading {
  readonly value: number;
}

const isReal = (reading: Reading): reading is RealReading => reading.value !== undefined;

const WORDS: Readonly<Record<MetricAlarm["comparison"], string>> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanOrEqualToThreshold: "less than or equal to",
  LessThanThreshold: "less than",
};

function sentence(alarm: MetricAlarm, state: AlarmState, real: readonly RealReading[], range: Range): string {
  const { evaluationPeriods, comparison, threshold, treatMissingData } = alarm;
  if (state === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${evaluationPeriods} datapoints were unknown.`;
  if (range.every((value) => value === undefined)) {
    const treated = treatMissingData === "breaching" ? "Breaching" : "NonBreaching";
    return `Threshold Crossed: no datapoints were received for ${evaluationPeriods} periods and ${evaluationPeriods} missing datapoints were treated as [${treated}].`;
  }
  const alarming = state === "ALARM";
  const telling = real.filter((reading) => isBreaching(alarm, reading.value) === alarming);
  const listed = telling.map((reading) => `${decimal(reading.value)} (${shortTime(reading.atMs)})`);
  const were = `${telling.length === 1 ? "was" : "were"}${alarming ? "" : " not"}`;
  return `Threshold Crossed: ${telling.length} out of the last ${evaluationPeriods} datapoints [${listed.join(", ")}] ${were} ${WORDS[comparison]} the threshold (${decimal(threshold)}).`;
}

const decimal = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** `21/11/26 08:00:00` */
function shortTime(atMs: number): string {
  const [date = "", time = ""] = new Date(atMs).toISOString().slice(2, 19).split("T");
  return `${date.split("-").toReversed().join("/")} ${time}`;
}

/** `Friday 22 July, 2022 15:57:45 UTC` */
export function longTime(atMs: number): string {
  const at = new Date(atMs);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en", { timeZone: "UTC", ...options }).format(at);
  const day = `${part({ weekday: "long" })} ${part({ day: "2-digit" })} ${part({ month: "long" })}`;
  return `${day}, ${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)} UTC`;
}
