/**
 * How CloudWatch Logs hands events to functions: asynchronously, at least once and in no order. What may pass is tried
 * again for a day; what does not, such as a permission that is missing, switches the filter off for a while, and what
 * is logged meanwhile is skipped.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
 */
import type { Kernel } from "../../stand-in/kernel.ts";
import { ConnectionLost, Refusal } from "../../stand-in/operations.ts";
import type { Background } from "../background.ts";
import type { Metric } from "../cloudwatch/metrics.ts";
import type { AuthorizationResult } from "../decisions.ts";
import type { Need } from "../service.ts";
import type { Delivery } from "./payload.ts";
import type { Subscription } from "./subscription.ts";

/** As which CloudWatch Logs invokes functions: their own policies must let it in. */
export const logsPrincipal = "logs.amazonaws.com";

export interface DeliveryParts {
  readonly kernel: Kernel;
  readonly background: Background;
  /** Hands an event over, such as `AsyncInvoker.accept`. */
  readonly invoke: (caller: string, functionArn: string, payload: string) => Promise<void>;
  /** Asks the function's own policy. */
  readonly decide: (principal: string, need: Need) => Promise<AuthorizationResult>;
  /** Counts in the service's own metrics. */
  readonly measure: (metric: Metric, value: number) => void;
}

const DAY_MS = 24 * 3_600_000;
const DISABLED_MS = 600_000;
const RETRY_MS_MAX = 300_000;
const lateMsMax = 5_000;
const duplicateChance = 0.05;
const throttledChance = 0.05;

export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #disabledUntilMs = new Map<string, number>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** What is logged while a filter is switched off never reaches its function. */
  isDisabled(subscription: Subscription): boolean {
    return this.#parts.background.now() < (this.#disabledUntilMs.get(keyOf(subscription)) ?? 0);
  }

  /** A filter that was put anew begins anew. */
  enable(subscription: Subscription): void {
    this.#disabledUntilMs.delete(keyOf(subscription));
  }

  begin(delivery: Delivery): void {
    const { kernel, background } = this.#parts;
    const beganAtMs = background.now();
    const copies = kernel.faults.chance("logs delivery duplicate", duplicateChance) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const lateMs = kernel.faults.calm
        ? 0
        : Math.floor(kernel.faults.draw("logs delivery late") * (lateMsMax + 1));
      background.after(lateMs, () => this.#attempt(delivery, beganAtMs, 1));
    }
  }

  async mayInvoke({ destinationArn, sourceArn, accountId }: Subscription): Promise<boolean> {
    const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": accountId };
    const need = { action: "lambda:InvokeFunction", resource: destinationArn, context };
    return (await this.#parts.decide(logsPrincipal, need)) === "allowed";
  }

  async #attempt(delivery: Delivery, beganAtMs: number, attempt: number): Promise<void> {
    const { subscription, event, count } = delivery;
    try {
      if (this.#parts.kernel.faults.chance("logs delivery throttled", throttledChance))
        throw new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");
      if (!(await this.mayInvoke(subscription)))
        throw new Refusal(403, "AccessDeniedException", `${logsPrincipal} may not invoke the function`);
      await this.#parts.invoke(logsPrincipal, subscription.destinationArn, event);
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof ConnectionLost)) throw error;
      this.#failed(delivery, { error, beganAtMs, attempt });
      return;
    }
    // A message that only checks whether the function is there is none of the log's.
    if (count === 0) return;
    this.#measure(subscription, "ForwardedLogEvents", count);
    this.#measure(subscription, "ForwardedBytes", event.length);
  }

  #failed(
    delivery: Delivery,
    failure: {
      readonly error: Refusal | ConnectionLost;
      readonly beganAtMs: number;
      readonly attempt: number;
    },
  ): void {
    const { error, beganAtMs, attempt } = failure;
    const { background } = this.#parts;
    const { subscription, count } = delivery;
    const isThrottled = error instanceof Refusal && error.status === 429;
    if (count > 0) this.#measure(subscription, isThrottled ? "DeliveryThrottling" : "DeliveryErrors", count);
    if (isFinal(error)) {
      this.#disabledUntilMs.set(keyOf(subscription), background.now() + DISABLED_MS);
      return;
    }
    const delayMs = Math.min(1000 * 2 ** (attempt - 1), RETRY_MS_MAX);
    if (background.now() + delayMs - beganAtMs > DAY_MS) return;
    background.after(delayMs, () => this.#attempt(delivery, beganAtMs, attempt + 1));
  }

  #measure({ logGroupName, filterName }: Subscription, name: string, value: number): void {
    const dimensions = { LogGroupName: logGroupName, DestinationType: "Lambda", FilterName: filterName };
    this.#parts.measure({ namespace: "AWS/Logs", name, dimensions }, value);
  }
}

const keyOf = ({ logGroupName, filterName }: Subscription) => JSON.stringify([logGroupName, filterName]);

/** What is refused for good does not come by waiting. */
function isFinal(error: Refusal | ConnectionLost): boolean {
  return error instanceof Refusal && error.status < 500 && error.status !== 429;
}
