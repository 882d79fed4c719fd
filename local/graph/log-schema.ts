/** What is done with the lines of log groups, in the graph. The groups may be anybody's. */
import { z } from "zod";

/** Hands the lines that fit to a function, whose own policy must let it (functionPolicies). */
export const SubscriptionFilter = z.object({
  logicalName: z.string(),
  name: z.string(),
  /** The group's name. */
  logGroup: z.string(),
  filterPattern: z.string(),
  destinationArn: z.string(),
  /** Logical name of the destination in `functions`. */
  targetFunction: z.string(),
});
export type SubscriptionFilter = z.infer<typeof SubscriptionFilter>;

/** Counts the lines that fit in a metric. */
export const LogMetricFilter = z.object({
  name: z.string(),
  logGroup: z.string(),
  filterPattern: z.string(),
  metric: z.object({ namespace: z.string(), name: z.string() }),
  /** A number as text. */
  value: z.string(),
  defaultValue: z.number().optional(),
});
export type LogMetricFilter = z.infer<typeof LogMetricFilter>;
