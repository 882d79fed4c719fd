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

/** What Event Grid hands to one function of the Function App: each event by itself, in its own schema. */
export const EventSubscription = z.object({
  name: z.string(),
  /** Resource id of what it listens to. */
  scope: z.string(),
  functionName: z.string(),
  filter: z.object({
    includedEventTypes: z.array(z.string()).optional(),
    subjectBeginsWith: z.string().optional(),
    subjectEndsWith: z.string().optional(),
    isSubjectCaseSensitive: z.boolean().optional(),
    advancedFilters: z
      .array(z.object({ operatorType: z.string(), key: z.string(), values: z.array(z.string()) }))
      .optional(),
  }),
  retryPolicy: z.object({ maxDeliveryAttempts: z.number(), eventTimeToLiveInMinutes: z.number() }),
});
export type EventSubscription = z.infer<typeof EventSubscription>;

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
