/**
 * EventBridge's rules: hand each event that fits a rule to the rule's functions, at least once and in no order. What
 * cannot be handed over is tried again, and then becomes a dead letter; what a function makes of an event that it
 * accepted is not the rule's business.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
 */
import type { Kernel } from "../../stand-in/kernel.ts";
import { ConnectionLost, Refusal } from "../../stand-in/operations.ts";
import { Background } from "../background.ts";
import type { AuthorizationResult } from "../decisions.ts";
import type { Need } from "../service.ts";
import type { Queues } from "../sqs.ts";
import type { Timers } from "../timers.ts";
import { type DeadLetter, deadLetterAttributes } from "./dead-letter.ts";
import type { BusEvent } from "./event.ts";
import { type EventPattern, parsePattern } from "./pattern.ts";

export interface RuleTarget {
  /** A function's. */
  readonly arn: string;
  /** JSON text to hand over in place of the event. */
  readonly input?: string | undefined;
  /** 0 to 185, default 185. */
  readonly retriesMax?: number | undefined;
  /** 60 to 86400, default 86400. */
  readonly eventAgeSecondsMax?: number | undefined;
  readonly deadLetterQueueArn?: string | undefined;
}

export interface Rule {
  readonly arn: string;
  readonly busName: string;
  /** JSON text. */
  readonly pattern: string;
  readonly targets: readonly RuleTarget[];
}

/** As which EventBridge invokes functions and sends dead letters: their own policies must let it in. */
export const eventsPrincipal = "events.amazonaws.com";

export interface RulesOptions {
  readonly kernel: Kernel;
  readonly timers: Timers;
  /** Hands an event over, such as `AsyncInvoker.accept`. */
  readonly invoke: (caller: string, targetArn: string, payload: string) => Promise<void>;
  readonly queues: Queues;
  /** Asks the policy of the resource, because the caller is a service and has none. */
  readonly decide: (principal: string, need: Need) => Promise<AuthorizationResult>;
}

interface Delivery {
  readonly rule: Rule;
  readonly target: RuleTarget;
  readonly event: BusEvent;
  readonly acceptedAtMs: number;
  /** 1 for the first. */
  readonly attempt: number;
}

const retriesDefault = 185;
const eventAgeSecondsDefault = 86_400;
const retryMsMax = 300_000;
const lateMsMax = 5_000;
const duplicateChance = 0.05;

export class Rules {
  readonly #options: RulesOptions;
  readonly #background: Background;
  readonly #rules: { readonly rule: Rule; readonly pattern: EventPattern }[] = [];

  constructor(options: RulesOptions) {
    this.#options = options;
    this.#background = new Background(options.timers);
  }

  /** Throws `PatternError` for a pattern that EventBridge refuses. */
  add(rule: Rule): void {
    this.#rules.push({ rule, pattern: parsePattern(rule.pattern) });
  }

  /** One event on a bus, such as `EventBridge.listen` tells of. */
  take(busName: string, event: BusEvent): void {
    for (const { rule, pattern } of this.#rules) {
      if (rule.busName !== busName || !pattern(event)) continue;
      for (const target of rule.targets) this.#begin(rule, target, event);
    }
  }

  troubles(): readonly Error[] {
    return this.#background.troubles();
  }

  /** No invocation begins after this; it resolves when those under way have been handed over. */
  async stop(): Promise<void> {
    await this.#background.stop();
  }

  #begin(rule: Rule, target: RuleTarget, event: BusEvent): void {
    const { faults } = this.#options.kernel;
    const delivery = { rule, target, event, acceptedAtMs: this.#background.now(), attempt: 1 };
    const copies = faults.chance("rule duplicate", duplicateChance) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const lateMs = faults.calm ? 0 : Math.floor(faults.draw("rule late") * lateMsMax);
      this.#background.after(lateMs, () => this.#deliver(delivery));
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { rule, target, event } = delivery;
    try {
      if (!(await this.#may("lambda:InvokeFunction", target.arn, rule))) {
        throw new Refusal(
          403,
          "AccessDeniedException",
          `${rule.arn} is not authorized to invoke ${target.arn}`,
        );
      }
      await this.#options.invoke(eventsPrincipal, target.arn, target.input ?? JSON.stringify(event));
    } catch (error) {
      await this.#retryOrGiveUp(delivery, error);
    }
  }

  async #retryOrGiveUp(delivery: Delivery, error: unknown): Promise<void> {
    if (!(error instanceof Refusal || error instanceof ConnectionLost)) throw error;
    const { target, attempt, acceptedAtMs } = delivery;
    const letter = { ruleArn: delivery.rule.arn, targetArn: target.arn, error, retries: attempt - 1 };
    if (isFinal(error)) return await this.#deadLetter(delivery, letter);
    const delayMs = Math.min(1000 * 2 ** (attempt - 1), retryMsMax);
    const ageMsMax = (target.eventAgeSecondsMax ?? eventAgeSecondsDefault) * 1000;
    if (attempt > (target.retriesMax ?? retriesDefault)) {
      return await this.#deadLetter(delivery, { ...letter, exhausted: "MaximumRetryAttempts" });
    }
    if (this.#background.now() + delayMs - acceptedAtMs > ageMsMax) {
      return await this.#deadLetter(delivery, { ...letter, exhausted: "MaximumEventAgeInSeconds" });
    }
    this.#background.after(delayMs, () => this.#deliver({ ...delivery, attempt: attempt + 1 }));
  }

  async #deadLetter({ rule, target, event }: Delivery, letter: DeadLetter): Promise<void> {
    const { deadLetterQueueArn: queueArn } = target;
    if (queueArn === undefined) return;
    const message = { body: JSON.stringify(event), attributes: deadLetterAttributes(letter) };
    await this.#options.queues.send(eventsPrincipal, queueArn, message, () =>
      this.#may("sqs:SendMessage", queueArn, rule),
    );
  }

  async #may(action: string, resource: string, rule: Rule): Promise<boolean> {
    const need = { action, resource, context: { "aws:SourceArn": rule.arn } };
    return (await this.#options.decide(eventsPrincipal, need)) === "allowed";
  }
}

/** What is refused for good, such as for want of a permission or of the function, does not come by waiting. */
function isFinal(error: Refusal | ConnectionLost): boolean {
  return error instanceof Refusal && error.status < 500 && error.status !== 429;
}
