/**
 * What a subscription hands to a function: the events of one stream as gzip in base64, or a message of its own that
 * only checks whether the function can be reached.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
import { gzipSync } from "node:zlib";
import type { StoredEvent } from "../log-store.ts";
import type { Subscription } from "./subscription.ts";

/** Of an asynchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const EVENT_BYTES_MAX = 1024 * 1024;

export interface Delivery {
  readonly subscription: Subscription;
  /** JSON text: what the function gets as its event. */
  readonly event: string;
  /** How many log events are in it. */
  readonly count: number;
}

/** One for all events, unless the function's event would be too large; an event that is too large by itself goes alone. */
export function deliveriesOf(
  subscription: Subscription,
  stream: string,
  events: readonly StoredEvent[],
): Delivery[] {
  const event = encode({
    messageType: "DATA_MESSAGE",
    owner: subscription.accountId,
    logGroup: subscription.logGroupName,
    logStream: stream,
    subscriptionFilters: [subscription.filterName],
    logEvents: events.map(({ eventId: id, timestamp, message }) => ({ id, timestamp, message })),
  });
  if (events.length < 2 || event.length <= EVENT_BYTES_MAX)
    return [{ subscription, event, count: events.length }];
  const middle = Math.ceil(events.length / 2);
  return [events.slice(0, middle), events.slice(middle)].flatMap((half) =>
    deliveriesOf(subscription, stream, half),
  );
}

/** It comes from the service itself: no account, group, stream or filter is named in it. */
export function controlMessage(subscription: Subscription, nowMs: number): Delivery {
  const event = encode({
    messageType: "CONTROL_MESSAGE",
    owner: "CloudwatchLogs",
    logGroup: "",
    logStream: "",
    subscriptionFilters: [],
    logEvents: [
      {
        id: "",
        timestamp: nowMs,
        message: "CWL CONTROL MESSAGE: Checking health of destination Lambda function.",
      },
    ],
  });
  return { subscription, event, count: 0 };
}

const encode = (payload: object): string =>
  JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(payload)).toString("base64") } });
