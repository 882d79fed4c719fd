/** Event buses and rules in the graph. */
import { z } from "zod";

/** A bus that the deployment creates; the default one is there in every account. */
export const EventBus = z.object({
  name: z.string(),
  arn: z.string(),
  /** Other accounts that may put events on it, or "*". */
  openTo: z.array(z.string()),
});
export type EventBus = z.infer<typeof EventBus>;

/** What a rule hands an event to. Lambda's own policy and the queue's must let it (functionPolicies, queues). */
export const EventTarget = z.object({
  arn: z.string(),
  /** Logical name of the target in `functions`. */
  targetFunction: z.string(),
  /** JSON text that is handed over in place of the event. */
  input: z.string().optional(),
  maximumRetryAttempts: z.number().optional(),
  maximumEventAgeSeconds: z.number().optional(),
  deadLetterArn: z.string().optional(),
});
export type EventTarget = z.infer<typeof EventTarget>;

export const EventRule = z.object({
  logicalName: z.string(),
  name: z.string(),
  arn: z.string(),
  busName: z.string(),
  enabled: z.boolean(),
  /** JSON text. */
  pattern: z.string(),
  targets: z.array(EventTarget),
});
export type EventRule = z.infer<typeof EventRule>;
