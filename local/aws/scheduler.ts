/**
 * EventBridge Scheduler: hands each schedule's input to its target, at least once and within the minute. What
 * cannot be handed over is tried again, and then becomes a dead letter; what the target makes of an event that
 * it accepted is not the scheduler's business.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { randomUUID } from "node:crypto";
import type { Kernel } from "../stand-in/kernel.ts";
import { ConnectionLost, Refusal } from "../stand-in/operations.ts";
import { Background } from "./background.ts";
import type { AuthorizationResult } from "./decisions.ts";
import { type NextRun, parseSchedule } from "./schedule-expression.ts";
import type { Need } from "./service.ts";
import type { Queues } from "./sqs.ts";
import type { Timers } from "./timers.ts";

export interface Schedule {
  readonly arn: string;
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  readonly expression: string;
  /** Default: UTC. */
  readonly timeZone?: string;
  readonly targetArn: string;
  /** The execution role, which must be allowed to invoke the target and to send to the queue. */
  readonly roleArn: string;
  /** JSON text with `<aws.scheduler.…>` placeholders. Without it a default notification is sent. */
  readonly input?: string;
  /** 0 to 185, default 185. */
  readonly retriesMax?: number;
  /** 60 to 86400, default 86400. */
  readonly eventAgeSecondsMax?: number;
  readonly deadLetterQueueArn?: string;
}

export interface SchedulerOptions {
  readonly kernel: Kernel;
  /** Sped up (`speedUp`) where a scheduled minute is to take less than a minute. */
  readonly timers: Timers;
  /** Hands an event over, such as `AsyncInvoker.accept`. */
  readonly invoke: (caller: string, targetArn: string, payload: string) => Promise<void>;
  readonly queues: Queues;
  readonly decide: (roleArn: string, need: Need) => Promise<AuthorizationResult>;
}

interface Delivery {
  readonly schedule: Schedule;
  readonly scheduledAtMs: number;
  /** 1 for the first. */
  readonly attempt: number;
}

const precisionMs = 60_000;
const duplicateChance = 0.05;
const retryMsMax = 300_000;

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #background: Background;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#background = new Background(options.timers);
  }

  /** Starts a schedule. Throws for an expression, or a time zone, that AWS refuses. */
  add(schedule: Schedule): void {
    const nowMs = this.#background.now();
    const next = parseSchedule(schedule.expression, schedule.timeZone ?? "UTC", nowMs);
    this.#arm(schedule, next, nowMs - 1);
  }

  troubles(): readonly Error[] {
    return this.#background.troubles();
  }

  /** No invocation begins after this; it resolves when those under way have been handed over. */
  async stop(): Promise<void> {
    await this.#background.stop();
  }

  #arm(schedule: Schedule, next: NextRun, afterMs: number): void {
    const scheduledAtMs = next(afterMs);
    if (scheduledAtMs === undefined) return;
    this.#background.after(Math.max(0, scheduledAtMs - this.#background.now()), () => {
      // A process that stood still does not catch up on every minute that it missed.
      this.#arm(schedule, next, Math.max(scheduledAtMs, this.#background.now() - precisionMs));
      const delivery = { schedule, scheduledAtMs, attempt: 1 };
      this.#deliverLate(delivery);
      if (this.#options.kernel.faults.chance("scheduler duplicate", duplicateChance)) {
        this.#deliverLate(delivery);
      }
      return Promise.resolve();
    });
  }

  /** Within the minute, as promised, and not on the second. */
  #deliverLate(delivery: Delivery): void {
    const { faults } = this.#options.kernel;
    const lateMs = faults.calm ? 0 : Math.floor(faults.draw("scheduler late") * precisionMs);
    this.#background.after(lateMs, () => this.#deliver(delivery));
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { schedule } = delivery;
    try {
      await this.#demand(schedule, { action: "lambda:InvokeFunction", resource: schedule.targetArn });
      await this.#options.invoke(schedule.roleArn, schedule.targetArn, payloadOf(delivery));
    } catch (error) {
      await this.#retryOrGiveUp(delivery, error);
    }
  }

  async #retryOrGiveUp(delivery: Delivery, error: unknown): Promise<void> {
    if (!(error instanceof Refusal || error instanceof ConnectionLost)) throw error;
    const { schedule, attempt, scheduledAtMs } = delivery;
    const code = error instanceof Refusal ? error.code : "ServiceException";
    const delayMs = Math.min(1000 * 2 ** (attempt - 1), retryMsMax);
    const ageMsMax = (schedule.eventAgeSecondsMax ?? 86_400) * 1000;
    const inTime = this.#background.now() + delayMs - scheduledAtMs <= ageMsMax;
    // A permission does not come by waiting.
    if (code !== "AccessDeniedException" && attempt <= (schedule.retriesMax ?? 185) && inTime) {
      this.#background.after(delayMs, () => this.#deliver({ ...delivery, attempt: attempt + 1 }));
      return;
    }
    await this.#deadLetter(delivery, code, error.message);
  }

  async #deadLetter(delivery: Delivery, code: string, message: string): Promise<void> {
    const { schedule, attempt } = delivery;
    const { deadLetterQueueArn: queueArn, roleArn } = schedule;
    if (queueArn === undefined) return;
    const attributes = {
      ERROR_CODE: code,
      ERROR_MESSAGE: message,
      RETRY_ATTEMPTS: String(attempt - 1),
      SCHEDULE_ARN: schedule.arn,
      TARGET_ARN: schedule.targetArn,
    };
    const need = { action: "sqs:SendMessage", resource: queueArn, context: {} };
    const body = payloadOf(delivery);
    await this.#options.queues.send(
      roleArn,
      queueArn,
      { body, attributes },
      async () => (await this.#options.decide(roleArn, need)) === "allowed",
    );
  }

  async #demand(schedule: Schedule, need: Omit<Need, "context">): Promise<void> {
    if ((await this.#options.decide(schedule.roleArn, { ...need, context: {} })) === "allowed") return;
    throw new Refusal(
      403,
      "AccessDeniedException",
      `${schedule.roleArn} is not authorized to perform: ${need.action} on resource: ${need.resource}`,
    );
  }
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function payloadOf({ schedule, scheduledAtMs, attempt }: Delivery): string {
  // Each attempt is an execution of its own.
  const executionId = randomUUID();
  const time = new Date(scheduledAtMs).toISOString().replace(/\.\d{3}/, "");
  return (schedule.input ?? defaultNotification(schedule.arn, time, executionId))
    .replaceAll("<aws.scheduler.schedule-arn>", schedule.arn)
    .replaceAll("<aws.scheduler.scheduled-time>", time)
    .replaceAll("<aws.scheduler.execution-id>", executionId)
    .replaceAll("<aws.scheduler.attempt-number>", String(attempt));
}

function defaultNotification(arn: string, time: string, id: string): string {
  const [, , , region, account] = arn.split(":");
  return JSON.stringify({
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account,
    time,
    region,
    resources: [arn],
    detail: "{}",
  });
}
