/**
 * Lambda's asynchronous invocation: an accepted event waits in the function's queue, a failed one is tried twice
 * more, after one and after two minutes, and what never succeeds goes to the on-failure destination.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Kernel } from "../stand-in/kernel.ts";
import { Refusal } from "../stand-in/operations.ts";
import { Background } from "./background.ts";
import type { AuthorizationResult } from "./decisions.ts";
import { functionNotFound } from "./lambda-api/function-name.ts";
import { lambdaOperations } from "./lambda-api/operations.ts";
import type { Need } from "./service.ts";
import type { Queues } from "./sqs.ts";
import type { Timers } from "./timers.ts";

export interface InvocationResult {
  /** "Unhandled" or "Handled" when the function failed. */
  readonly functionError?: string;
  /** What the function answered, or its error, as JSON text. */
  readonly payload: string;
}

/**
 * Runs a function once. Throws `Refusal` for what is not the function's doing and may pass, such as
 * TooManyRequestsException; anything else that it throws is a fault of the local world.
 */
export type RunFunction = (
  functionArn: string,
  payload: string,
  requestId: string,
) => Promise<InvocationResult>;

/** As the function's event invoke configuration has it. */
export interface AsyncConfiguration {
  /** Whose permissions deliver to the destination: the function's execution role. */
  readonly roleArn: string;
  /** 0 to 2, default 2. */
  readonly retriesMax?: number;
  /** 60 to 21600, default 21600. */
  readonly eventAgeSecondsMax?: number;
  readonly onFailureQueueArn?: string | undefined;
}

export interface AsyncInvokerOptions {
  readonly kernel: Kernel;
  /** Sped up as the scheduler is (`speedUp`). */
  readonly timers: Timers;
  readonly run: RunFunction;
  readonly queues: Queues;
  readonly decide: (roleArn: string, need: Need) => Promise<AuthorizationResult>;
}

interface Event {
  readonly functionArn: string;
  readonly payload: string;
  readonly requestId: string;
  readonly acceptedAtMs: number;
  readonly configuration: AsyncConfiguration;
}

const retryAfterMs = [60_000, 120_000];
const systemRetryMsMax = 300_000;
const duplicateChance = 0.02;

export class AsyncInvoker {
  readonly #options: AsyncInvokerOptions;
  readonly #background: Background;
  readonly #functions = new Map<string, AsyncConfiguration>();
  readonly #underWay = new Map<string, number>();

  constructor(options: AsyncInvokerOptions) {
    this.#options = options;
    this.#background = new Background(options.timers);
  }

  addFunction(functionArn: string, configuration: AsyncConfiguration): void {
    this.#functions.set(functionArn, configuration);
  }

  /** Hands an event over; resolves as soon as it is accepted. Throws `Refusal`, or `ConnectionLost` from a fault. */
  async accept(caller: string, functionArn: string, payload: string): Promise<void> {
    const { kernel } = this.#options;
    kernel.tap({ from: caller, to: functionArn, what: "lambda:InvokeFunction", bytes: Buffer.from(payload) });
    const call = { operation: "lambda:InvokeFunction", caller };
    await kernel.perform(lambdaOperations, call, () => this.queue(functionArn, payload));
  }

  /** Accepts an event within a call that is recorded elsewhere. Throws `Refusal`. */
  queue(functionArn: string, payload: string): void {
    const configuration = this.#functions.get(functionArn);
    if (configuration === undefined) throw functionNotFound(functionArn);
    if (!isJson(payload)) {
      throw new Refusal(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    this.#enqueue({
      functionArn,
      payload,
      requestId: randomUUID(),
      acceptedAtMs: this.#background.now(),
      configuration,
    });
  }

  /** How many of its attempts have begun, or are about to, and have not ended. A retry that waits is none of them. */
  underWay(functionArn: string): number {
    return this.#underWay.get(functionArn) ?? 0;
  }

  troubles(): readonly Error[] {
    return this.#background.troubles();
  }

  /** No invocation begins after this; it resolves when those under way have ended. */
  async stop(): Promise<void> {
    await this.#background.stop();
  }

  #enqueue(event: Event): void {
    this.#begin(event);
    if (this.#options.kernel.faults.chance("lambda duplicate", duplicateChance)) this.#begin(event);
  }

  /** Counted from now on: whoever asks in between would find none. */
  #begin(event: Event): void {
    const end = this.#count(event);
    this.#background.after(0, () => this.#attempt(event, 1).finally(end));
  }

  #retry(afterMs: number, event: Event, count: number, systemRetryMs?: number): void {
    this.#background.after(afterMs, () => {
      const end = this.#count(event);
      return this.#attempt(event, count, systemRetryMs).finally(end);
    });
  }

  /** Until what it returns is called. */
  #count({ functionArn }: Event): () => void {
    const add = (more: number) => this.#underWay.set(functionArn, this.underWay(functionArn) + more);
    add(1);
    return () => add(-1);
  }

  /** `count` is 1 for the first attempt. */
  async #attempt(event: Event, count: number, systemRetryMs = 1000): Promise<void> {
    if (this.#isTooOld(event)) return await this.#giveUp(event, "EventAgeExceeded", count - 1, undefined);
    let result: InvocationResult;
    try {
      result = await this.#options.run(event.functionArn, event.payload, event.requestId);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Not the function's failure: the same attempt is made again, ever less often, until the event is too old.
      const nextMs = Math.min(systemRetryMs * 2, systemRetryMsMax);
      this.#retry(systemRetryMs, event, count, nextMs);
      return;
    }
    if (result.functionError === undefined) return;
    const delayMs = retryAfterMs[count - 1];
    if (delayMs === undefined || count > (event.configuration.retriesMax ?? retryAfterMs.length)) {
      return await this.#giveUp(event, "RetriesExhausted", count, result);
    }
    this.#retry(delayMs, event, count + 1);
  }

  #isTooOld({ acceptedAtMs, configuration }: Event): boolean {
    const ageMs = this.#background.now() - acceptedAtMs;
    return ageMs > (configuration.eventAgeSecondsMax ?? 21_600) * 1000;
  }

  async #giveUp(
    event: Event,
    condition: string,
    count: number,
    result: InvocationResult | undefined,
  ): Promise<void> {
    const { onFailureQueueArn: queueArn, roleArn } = event.configuration;
    if (queueArn === undefined) return;
    const body = JSON.stringify(recordOf(event, condition, count, result, this.#background.now()));
    const need = { action: "sqs:SendMessage", resource: queueArn, context: {} };
    await this.#options.queues.send(
      roleArn,
      queueArn,
      { body, attributes: {} },
      async () => (await this.#options.decide(roleArn, need)) === "allowed",
    );
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function recordOf(
  event: Event,
  condition: string,
  count: number,
  result: InvocationResult | undefined,
  nowMs: number,
) {
  return {
    version: "1.0",
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${event.functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: count,
    },
    requestPayload: parseJson(event.payload),
    ...(result === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: "$LATEST",
            functionError: result.functionError,
          },
          responsePayload: parseJson(result.payload),
        }),
  };
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

const parseJson = (text: string): unknown => z.unknown().parse(JSON.parse(text));
