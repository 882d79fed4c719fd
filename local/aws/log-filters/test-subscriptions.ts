/** CloudWatch Logs with a function behind it for tests: the official client, and time that passes when it is told to. */
import { gunzipSync } from "node:zlib";
import {
  PutSubscriptionFilterCommand,
  type PutSubscriptionFilterCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod";
import type { Refusal } from "../../stand-in/operations.ts";
import { manualTimers } from "../manual-timers.ts";
import type { Need } from "../service.ts";
import { logGroupName, nowMs, startLogs } from "../test-logs.ts";
import { accountId, region, type WorldOptions } from "../test-world.ts";

export const functionArn = `arn:aws:lambda:${region}:${accountId}:function:read`;
export const filterName = "auth";

const Payload = z.object({
  messageType: z.string(),
  owner: z.string(),
  logGroup: z.string(),
  logStream: z.string(),
  subscriptionFilters: z.array(z.string()),
  logEvents: z.array(z.object({ id: z.string(), timestamp: z.number(), message: z.string() })),
});
export type Payload = z.infer<typeof Payload>;

const Event = z.object({ awslogs: z.object({ data: z.string() }) });

export function decode(event: string): Payload {
  const { data } = Event.parse(JSON.parse(event)).awslogs;
  return Payload.parse(JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString("utf8")));
}

export interface FunctionOptions extends WorldOptions {
  /** What the service is refused with, by the number of the call, from 1. */
  readonly refuse?: (call: number) => Refusal | undefined;
  /** Whether the function's own policy lets the service in. */
  readonly mayInvoke?: () => boolean;
}

export async function startSubscriptions({
  refuse = () => undefined,
  mayInvoke = () => true,
  ...options
}: FunctionOptions = {}) {
  const timers = manualTimers(nowMs);
  const world = await startLogs({ ...options, clock: timers.now });
  const asked: Need[] = [];
  const measured: (readonly [name: string, value: number])[] = [];
  const invocations: { readonly atMs: number; readonly payload: Payload }[] = [];
  let calls = 0;
  world.logs.subscriptions.connect({
    kernel: world.kernel,
    timers,
    decide: (_principal, need) => {
      asked.push(need);
      return Promise.resolve(mayInvoke() ? "allowed" : "denied");
    },
    invoke: (_caller, _arn, event) => {
      calls += 1;
      const refusal = refuse(calls);
      if (refusal !== undefined) return Promise.reject(refusal);
      invocations.push({ atMs: timers.now(), payload: decode(event) });
      return Promise.resolve();
    },
    measure: ({ name }, value) => void measured.push([name, value]),
  });
  const subscribe = (changes: Partial<PutSubscriptionFilterCommandInput> = {}) =>
    world.sdk.send(
      new PutSubscriptionFilterCommand({
        logGroupName,
        filterName,
        filterPattern: "",
        destinationArn: functionArn,
        ...changes,
      }),
    );
  const log = (stream: string, ...messages: readonly string[]) =>
    world.logs.append(
      logGroupName,
      stream,
      messages.map((message) => ({ timestamp: timers.now(), message })),
    );
  /** The messages that have arrived, batch by batch, without those that only check. */
  const arrived = () =>
    invocations
      .filter(({ payload }) => payload.messageType === "DATA_MESSAGE")
      .map(({ payload }) => payload.logEvents.map(({ message }) => message));
  return { ...world, functionArn, timers, asked, measured, invocations, subscribe, log, arrived };
}
