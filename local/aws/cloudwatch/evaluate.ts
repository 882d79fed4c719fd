/**
 * What a metric alarm's state is, given the datapoints that there are. CloudWatch looks back over more of them than
 * the alarm evaluates, and takes what is missing into account only where what is there does not suffice.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import type { MetricAlarm } from "../../graph/alarm-schema.ts";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** The datapoints of the evaluation range, the oldest first; undefined stands for one that is missing. */
export type Range = readonly (number | undefined)[];

export type Settings = Pick<
  MetricAlarm,
  "comparison" | "threshold" | "evaluationPeriods" | "datapointsToAlarm" | "treatMissingData"
>;

/** The page's example looks at five datapoints where three are evaluated; how many it is otherwise is not said. */
export const rangeOf = ({ evaluationPeriods }: Settings): number => evaluationPeriods + 2;

const COMPARISONS: Readonly<
  Record<MetricAlarm["comparison"], (value: number, threshold: number) => boolean>
> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

export function evaluateAlarm(settings: Settings, range: Range, current: AlarmState): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = settings;
  const readings = range.map((value) => (value === undefined ? undefined : isBreaching(settings, value)));
  const real = readings.filter((breaching) => breaching !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter((one) => one).length;
  const missing = evaluationPeriods - real.length;
  if (breaching >= datapointsToAlarm) return "ALARM";
  if (missing === 0) return "OK";
  switch (treatMissingData) {
    case "breaching":
      return breaching + missing >= datapointsToAlarm ? "ALARM" : "OK";
    case "notBreaching":
      return "OK";
    case "ignore":
      return real.length === 0 || breaksOff(settings, readings) ? current : "OK";
    case "missing":
      if (real.length === 0) return "INSUFFICIENT_DATA";
      return breaksOff(settings, readings) ? "ALARM" : "OK";
  }
}

export function isBreaching({ comparison, threshold }: Settings, value: number): boolean {
  return COMPARISONS[comparison](value, threshold);
}

/** All that there is is breaching, and the oldest of it as long ago as it takes for an alarm. */
function breaksOff({ datapointsToAlarm }: Settings, readings: readonly (boolean | undefined)[]): boolean {
  const oldest = readings.findIndex((reading) => reading !== undefined);
  return readings.length - oldest >= datapointsToAlarm && readings.every((reading) => reading !== false);
}
