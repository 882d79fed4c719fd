import { describe, expect, it } from "vitest";
import { Refusal } from "../stand-in/operations.ts";
import { type AsyncConfiguration, AsyncInvoker, type InvocationResult } from "./async-invoke.ts";
import { manualTimers } from "./manual-timers.ts";
import { Queues } from "./sqs.ts";
import { accountId, makeKernel, region, roleArn, type WorldOptions } from "./test-world.ts";

const functionArn = `arn:aws:lambda:${region}:${accountId}:function:rotate`;
const queueArn = `arn:aws:sqs:${region}:${accountId}:failed`;
const minuteMs = 60_000;
const failed: InvocationResult = {
  functionError: "Unhandled",
  payload: '{"errorType":"Error","errorMessage":"no"}',
};
const succeeded: InvocationResult = { payload: "null" };

type Answer = InvocationResult | Error;

function start(
  answer: (call: number) => Answer,
  configuration: Partial<AsyncConfiguration> = {},
  options: WorldOptions = {},
) {
  const kernel = makeKernel(options);
  const clock = manualTimers(0);
  const queues = new Queues(kernel);
  queues.create(queueArn);
  const ran: { readonly atMs: number; readonly payload: string; readonly requestId: string }[] = [];
  const invoker = new AsyncInvoker({
    kernel,
    queues,
    timers: clock,
    run: (_arn, payload, requestId) => {
      ran.push({ atMs: clock.now(), payload, requestId });
      const result = answer(ran.length);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
    decide: () => Promise.resolve("allowed"),
  });
  invoker.addFunction(functionArn, { roleArn, onFailureQueueArn: queueArn, ...configuration });
  return { invoker, clock, queues, ran, kernel };
}

const times = (ran: readonly { readonly atMs: number }[]) => ran.map(({ atMs }) => atMs);

describe("AsyncInvoker", () => {
  it("accepts first and runs afterwards", async () => {
    const { invoker, clock, ran, kernel } = start(() => succeeded);
    await invoker.accept("scheduler", functionArn, '{"a":1}');
    expect(ran).toEqual([]);
    await clock.advance(60 * minuteMs);

    expect(ran).toMatchObject([{ atMs: 0, payload: '{"a":1}' }]);
    expect(kernel.calls()).toMatchObject([{ operation: "lambda:InvokeFunction", outcome: "ok" }]);
  });

  it("tries a failed event after one and after two minutes more, as the same request", async () => {
    const { invoker, clock, ran, queues } = start((call) => (call < 3 ? failed : succeeded));
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(60 * minuteMs);

    expect(times(ran)).toEqual([0, minuteMs, 3 * minuteMs]);
    expect(new Set(ran.map(({ requestId }) => requestId)).size).toBe(1);
    expect(queues.messages(queueArn)).toEqual([]);
  });

  it("counts what it has taken from then on until it has ended, and no retry that waits", async () => {
    const underWay: number[] = [];
    const { invoker, clock } = start((call) => {
      underWay.push(invoker.underWay(functionArn));
      return call < 2 ? failed : succeeded;
    });
    await invoker.accept("scheduler", functionArn, "{}");
    expect(invoker.underWay(functionArn)).toBe(1);
    await clock.advance(1);
    expect(invoker.underWay(functionArn)).toBe(0);
    await clock.advance(minuteMs);
    expect(underWay).toEqual([1, 1]);
    expect(invoker.underWay(functionArn)).toBe(0);
  });

  it("sends a record of what failed every time to the destination", async () => {
    const { invoker, clock, ran, queues } = start(() => failed);
    await invoker.accept("scheduler", functionArn, '{"a":1}');
    await clock.advance(60 * minuteMs);

    expect(JSON.parse(queues.messages(queueArn)[0]?.body ?? "")).toEqual({
      version: "1.0",
      timestamp: "1970-01-01T00:03:00.000Z",
      requestContext: {
        requestId: ran[0]?.requestId,
        functionArn: `${functionArn}:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { a: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "Error", errorMessage: "no" },
    });
  });

  it.each([
    [0, [0]],
    [1, [0, minuteMs]],
  ])("takes %d as the number of retries", async (retriesMax, expected) => {
    const { invoker, clock, ran, queues } = start(() => failed, { retriesMax });
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(60 * minuteMs);

    expect(times(ran)).toEqual(expected);
    expect(queues.messages(queueArn)).toHaveLength(1);
  });

  it("gives an event up that is older than the function takes", async () => {
    const { invoker, clock, ran, queues } = start(() => failed, { eventAgeSecondsMax: 90 });
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(60 * minuteMs);

    expect(times(ran)).toEqual([0, minuteMs]);
    expect(JSON.parse(queues.messages(queueArn)[0]?.body ?? "")).toMatchObject({
      requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 2 },
    });
  });

  it("repeats an attempt that no environment took, ever later, without counting it", async () => {
    const busy = new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");
    const { invoker, clock, ran } = start((call) => (call <= 2 ? busy : failed), { retriesMax: 1 });
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(60 * minuteMs);

    expect(times(ran)).toEqual([0, 1000, 3000, 3000 + minuteMs]);
  });

  it("runs an event twice now and then when the world is not calm", async () => {
    const { invoker, clock, ran } = start(() => succeeded, {}, { calm: false, seed: 2 });
    for (let n = 0; n < 200; n += 1) await invoker.accept("scheduler", functionArn, `{"n":${n}}`);
    await clock.advance(0);

    expect(new Set(ran.map(({ payload }) => payload)).size).toBe(200);
    expect(ran.length).toBeGreaterThan(200);
  });

  it("refuses a function that does not exist and a payload that is no JSON", async () => {
    const { invoker } = start(() => succeeded);
    await expect(invoker.accept("scheduler", `${functionArn}-2`, "{}")).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
    await expect(invoker.accept("scheduler", functionArn, "{")).rejects.toMatchObject({
      code: "InvalidRequestContentException",
    });
  });

  it("tells as a trouble what is neither the function's failure nor a refusal", async () => {
    const { invoker, clock, ran } = start(() => new Error("broken"));
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(60 * minuteMs);

    expect(ran).toHaveLength(1);
    expect(invoker.troubles()).toMatchObject([{ message: "broken" }]);
  });

  it("runs nothing after it was stopped", async () => {
    const { invoker, clock, ran } = start(() => failed);
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(0);
    await invoker.stop();
    await invoker.accept("scheduler", functionArn, "{}");
    await clock.advance(60 * minuteMs);

    expect(ran).toHaveLength(1);
  });
});
