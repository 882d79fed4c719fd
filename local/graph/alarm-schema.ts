/** Alarms and the topics that they tell, in the graph. */
import { z } from "zod";

export const TREATMENTS = ["breaching", "notBreaching", "ignore", "missing"] as const;
export const STATISTICS = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"] as const;
export const COMPARISONS = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
] as const;

const told = {
  name: z.string(),
  arn: z.string(),
  description: z.string(),
  /** ARNs of topics. */
  alarmActions: z.array(z.string()),
  okActions: z.array(z.string()),
};

export const MetricAlarm = z.object({
  ...told,
  namespace: z.string(),
  metricName: z.string(),
  dimensions: z.record(z.string(), z.string()),
  statistic: z.enum(STATISTICS),
  periodSeconds: z.number(),
  evaluationPeriods: z.number(),
  datapointsToAlarm: z.number(),
  comparison: z.enum(COMPARISONS),
  threshold: z.number(),
  treatMissingData: z.enum(TREATMENTS),
});
export type MetricAlarm = z.infer<typeof MetricAlarm>;

export const CompositeAlarm = z.object({ ...told, rule: z.string() });
export type CompositeAlarm = z.infer<typeof CompositeAlarm>;

export const TopicSubscription = z.object({ protocol: z.string(), endpoint: z.string() });
