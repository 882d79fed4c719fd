/**
 * Event Grid: hands each event to the functions that are subscribed to it, one at a time, at least once and in no
 * order; what is not taken is tried again ever less often, and then dropped.
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
import { Background } from "../../aws/background.ts";
import type { Timers } from "../../aws/timers.ts";
import type { Kernel } from "../../stand-in/kernel.ts";
import { ConnectionLost, Refusal } from "../../stand-in/operations.ts";
import type { ResourceEvent } from "../arm/nsg/resource-event.ts";
import { EVENT_GRID_OPERATIONS } from "./operations.ts";
import { type EventSubscription, isFor } from "./subscription.ts";

/** As a subscriber gets it. */
export interface EventGridEvent extends ResourceEvent {
  readonly topic: string;
}

export interface EventGridOptions {
  readonly kernel: Kernel;
  readonly timers: Timers;
  /** How long an answer is waited for goes by these; left out, by `timers`. */
  readonly answerTimers?: Timers;
  readonly subscriptions: readonly EventSubscription[];
  /** The status that the endpoint answers. */
  readonly deliver: (functionName: string, event: EventGridEvent) => Promise<number>;
}

export interface DroppedEvent {
  readonly subscription: string;
  readonly event: EventGridEvent;
  /** "lost" never left for its endpoint. */
  readonly why: "lost" | "not-retried" | "attempts" | "expired";
}

export interface EventGrid {
  publish(event: ResourceEvent): void;
  /** From now on nothing is delivered; the answer ends that. */
  loseAll(): () => void;
  /** What no endpoint took, in the order in which it was given up. */
  dropped(): readonly DroppedEvent[];
  /** Faults of the local world, not of the endpoints. */
  troubles(): readonly Error[];
  stop(): Promise<void>;
}

interface Delivery {
  readonly subscription: EventSubscription;
  readonly event: EventGridEvent;
  readonly publishedAtMs: number;
  /** 1 for the first. */
  readonly attempt: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const RETRY_AFTER_MS = [
  ...[10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS],
  ...[HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS],
];
const ANSWER_MS = 30 * SECOND_MS;
const NOT_RETRIED: readonly number[] = [400, 403, 413];
const LEAST_RETRY_MS: ReadonlyMap<number, number> = new Map([
  [401, 5 * MINUTE_MS],
  [404, 5 * MINUTE_MS],
  [408, 2 * MINUTE_MS],
  [503, 30 * SECOND_MS],
]);
const LATE_MS_MAX = 5 * SECOND_MS;
const LOST_PROBABILITY = 0.01;
const DUPLICATE_PROBABILITY = 0.05;
/** The service adds "a small randomization". */
const JITTER = 0.1;

export function createEventGrid(options: EventGridOptions): EventGrid {
  const { kernel, subscriptions, timers, answerTimers = timers } = options;
  const { faults } = kernel;
  const background = new Background(timers);
  const dropped: DroppedEvent[] = [];
  let losers = 0;

  const drop = ({ subscription, event }: Delivery, why: DroppedEvent["why"]) =>
    void dropped.push({ subscription: subscription.name, event, why });

  function publish(event: ResourceEvent): void {
    for (const subscription of subscriptions.filter((one) => isFor(one, event))) {
      const told = { ...event, topic: subscription.scope };
      begin({ subscription, event: told, publishedAtMs: background.now(), attempt: 1 });
    }
  }

  function begin(delivery: Delivery): void {
    if (losers > 0 || faults.chance("event-grid:Deliver lost", LOST_PROBABILITY)) {
      drop(delivery, "lost");
      return;
    }
    const copies = faults.chance("event-grid:Deliver duplicate", DUPLICATE_PROBABILITY) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const lateMs = faults.calm ? 0 : Math.floor(faults.draw("event-grid:Deliver late") * LATE_MS_MAX);
      background.after(lateMs, () => deliver(delivery));
    }
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const status = await attempt(delivery);
    if (status !== undefined && status >= 200 && status < 300) return;
    if (status !== undefined && NOT_RETRIED.includes(status)) return drop(delivery, "not-retried");
    const { maxDeliveryAttempts, eventTimeToLiveInMinutes } = delivery.subscription.retryPolicy;
    if (delivery.attempt >= maxDeliveryAttempts) return drop(delivery, "attempts");
    const delayMs = retryAfterMs(delivery.attempt, status);
    const ageMs = background.now() + delayMs - delivery.publishedAtMs;
    if (ageMs > eventTimeToLiveInMinutes * MINUTE_MS) return drop(delivery, "expired");
    background.after(delayMs, () => deliver({ ...delivery, attempt: delivery.attempt + 1 }));
  }

  /** Undefined for an endpoint that did not answer, in time or at all. */
  async function attempt({ subscription, event }: Delivery): Promise<number | undefined> {
    const { functionName } = subscription;
    const bytes = Buffer.from(JSON.stringify([event]));
    kernel.tap({ from: "event-grid", to: functionName, what: "event-grid:Deliver", bytes });
    const call = { operation: "event-grid:Deliver", caller: "Microsoft.EventGrid" };
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const cancel = answerTimers.after(ANSWER_MS, () => resolve(undefined));
    try {
      const answer = kernel.perform(EVENT_GRID_OPERATIONS, call, () => options.deliver(functionName, event));
      return await Promise.race([answer, late]);
    } catch (error) {
      if (error instanceof ConnectionLost || error instanceof Refusal) return undefined;
      throw error;
    } finally {
      cancel();
    }
  }

  function retryAfterMs(attempt: number, status: number | undefined): number {
    const scheduled = RETRY_AFTER_MS[Math.min(attempt, RETRY_AFTER_MS.length) - 1] ?? 0;
    const least = status === undefined ? 0 : (LEAST_RETRY_MS.get(status) ?? 0);
    const delayMs = Math.max(scheduled, least);
    return faults.calm
      ? delayMs
      : Math.floor(delayMs * (1 + JITTER * faults.draw("event-grid:Deliver retry")));
  }

  return {
    publish,
    loseAll() {
      losers += 1;
      let isLosing = true;
      return () => {
        if (isLosing) losers -= 1;
        isLosing = false;
      };
    },
    dropped: () => dropped,
    troubles: () => background.troubles(),
    stop: () => background.stop(),
  };
}
