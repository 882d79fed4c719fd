import { describe, expect, it } from "vitest";
import { ConnectionLost, Refusal } from "../../stand-in/operations.ts";
import { manualTimers } from "../manual-timers.ts";
import { Queues } from "../sqs.ts";
import { accountId, makeKernel, region, type WorldOptions } from "../test-world.ts";
import type { BusEvent } from "./event.ts";
import { Rules, type RuleTarget } from "./rules.ts";

const functionArn = `arn:aws:lambda:${region}:${accountId}:function:note`;
const queueArn = `arn:aws:sqs:${region}:${accountId}:dead`;
const ruleArn = `arn:aws:events:${region}:${accountId}:rule/note`;
const event: BusEvent = {
  version: "0",
  id: "1",
  "detail-type": "ACM Private CA Certificate Issuance",
  source: "aws.acm-pca",
  account: accountId,
  time: "2026-11-21T08:02:00Z",
  region,
  resources: ["arn:ca"],
  detail: { result: "success" },
};
const hourMs = 3_600_000;
const busy = new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");

interface Options extends WorldOptions {
  readonly target?: Partial<RuleTarget>;
  /** What the nth hand-over ends with, from 1. */
  readonly outcome?: (nth: number) => Error | undefined;
  readonly denied?: string;
}

function start({ target, outcome = () => undefined, denied, ...options }: Options = {}) {
  const kernel = makeKernel(options);
  const clock = manualTimers(0);
  const queues = new Queues(kernel);
  queues.create(queueArn);
  const given: {
    readonly atMs: number;
    readonly caller: string;
    readonly to: string;
    readonly payload: string;
  }[] = [];
  const asked: unknown[] = [];
  const rules = new Rules({
    kernel,
    timers: clock,
    queues,
    invoke: (caller, to, payload) => {
      given.push({ atMs: clock.now(), caller, to, payload });
      const error = outcome(given.length);
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    },
    decide: (principal, need) => {
      asked.push([principal, need]);
      return Promise.resolve(need.action === denied ? "denied" : "allowed");
    },
  });
  rules.add({
    arn: ruleArn,
    busName: "default",
    pattern: '{"source":["aws.acm-pca"],"resources":["arn:ca"]}',
    targets: [{ arn: functionArn, deadLetterQueueArn: queueArn, ...target }],
  });
  const deadLetters = () => queues.messages(queueArn).map(({ body, attributes }) => ({ body, attributes }));
  return { rules, clock, queues, given, asked, deadLetters };
}

const times = (given: readonly { readonly atMs: number }[]) => given.map(({ atMs }) => atMs);

describe("Rules", () => {
  it("hands an event that fits over to the function, whole", async () => {
    const { rules, clock, given } = start();
    rules.take("default", event);
    await clock.advance(0);

    expect(given).toMatchObject([{ caller: "events.amazonaws.com", to: functionArn }]);
    expect(JSON.parse(given[0]?.payload ?? "")).toEqual(event);
  });

  it("leaves alone what does not fit, and what is on another bus", async () => {
    const { rules, clock, given } = start();
    rules.take("default", { ...event, resources: ["arn:other"] });
    rules.take("warrener", event);
    await clock.advance(hourMs);
    expect(given).toEqual([]);
  });

  it("hands over a constant input in place of the event", async () => {
    const { rules, clock, given } = start({ target: { input: '{"run":"plan"}' } });
    rules.take("default", event);
    await clock.advance(0);
    expect(given).toMatchObject([{ payload: '{"run":"plan"}' }]);
  });

  it("asks the function's own policy, as the service, for this rule", async () => {
    const { rules, clock, asked } = start();
    rules.take("default", event);
    await clock.advance(0);
    expect(asked).toEqual([
      [
        "events.amazonaws.com",
        { action: "lambda:InvokeFunction", resource: functionArn, context: { "aws:SourceArn": ruleArn } },
      ],
    ]);
  });

  it("makes a dead letter at once of what the function's policy denies", async () => {
    const { rules, clock, given, deadLetters } = start({ denied: "lambda:InvokeFunction" });
    rules.take("default", event);
    await clock.advance(0);

    expect(given).toEqual([]);
    expect(deadLetters()).toEqual([
      {
        body: JSON.stringify(event),
        attributes: {
          RULE_ARN: ruleArn,
          TARGET_ARN: functionArn,
          ERROR_CODE: "NO_PERMISSIONS",
          ERROR_MESSAGE: expect.stringContaining("is not authorized to invoke"),
          RETRY_ATTEMPTS: "0",
        },
      },
    ]);
  });

  it("makes a dead letter at once when there is no such function", async () => {
    const missing = new Refusal(404, "ResourceNotFoundException", "Function not found");
    const { rules, clock, given, deadLetters } = start({ outcome: () => missing });
    rules.take("default", event);
    await clock.advance(hourMs);
    expect(given).toHaveLength(1);
    expect(deadLetters()).toMatchObject([{ attributes: { ERROR_CODE: "NO_RESOURCE", RETRY_ATTEMPTS: "0" } }]);
  });

  it("tries again, ever later, what was throttled or lost", async () => {
    const { rules, clock, given, deadLetters } = start({
      outcome: (nth) => [busy, new ConnectionLost("lost"), busy][nth - 1],
    });
    rules.take("default", event);
    await clock.advance(hourMs);
    expect(times(given)).toEqual([0, 1000, 3000, 7000]);
    expect(deadLetters()).toEqual([]);
  });

  it.each([
    ["retries", { retriesMax: 2 }, [0, 1000, 3000], "MaximumRetryAttempts", "2"],
    ["retries when none is wanted", { retriesMax: 0 }, [0], "MaximumRetryAttempts", "0"],
    [
      "time",
      { eventAgeSecondsMax: 60 },
      [0, 1, 3, 7, 15, 31].map((s) => s * 1000),
      "MaximumEventAgeInSeconds",
      "5",
    ],
  ])("gives up at the limit of %s", async (_limit, target, expected, condition, retries) => {
    const { rules, clock, given, deadLetters } = start({ target, outcome: () => busy });
    rules.take("default", event);
    await clock.advance(hourMs);
    expect(times(given)).toEqual(expected);
    expect(deadLetters()).toMatchObject([
      {
        attributes: {
          ERROR_CODE: "THROTTLING",
          EXHAUSTED_RETRY_CONDITION: condition,
          RETRY_ATTEMPTS: retries,
        },
      },
    ]);
  });

  it("tells as a trouble a dead letter that the queue's policy does not let in", async () => {
    const missing = new Refusal(404, "ResourceNotFoundException", "Function not found");
    const { rules, clock, deadLetters } = start({ outcome: () => missing, denied: "sqs:SendMessage" });
    rules.take("default", event);
    await clock.advance(0);
    expect(deadLetters()).toEqual([]);
    expect(rules.troubles()).toMatchObject([{ code: "AccessDeniedException" }]);
  });

  it("drops what it cannot deliver when there is no queue", async () => {
    const { rules, clock, deadLetters } = start({
      target: { deadLetterQueueArn: undefined, retriesMax: 0 },
      outcome: () => busy,
    });
    rules.take("default", event);
    await clock.advance(hourMs);
    expect(deadLetters()).toEqual([]);
    expect(rules.troubles()).toEqual([]);
  });

  it("is late, out of order and sometimes twice when the world is not calm", async () => {
    const { rules, clock, given } = start({ calm: false, seed: 4 });
    for (let n = 0; n < 100; n += 1) rules.take("default", { ...event, id: String(n) });
    await clock.advance(5000);
    const order = given.map(({ payload }) => Number(/"id":"(\d+)"/.exec(payload)?.[1]));

    expect(new Set(order).size).toBe(100);
    expect(order.length).toBeGreaterThan(100);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });

  it("refuses a pattern that EventBridge refuses", () => {
    const { rules } = start();
    expect(() => rules.add({ arn: ruleArn, busName: "default", pattern: "{}", targets: [] })).toThrow(
      "Empty objects",
    );
  });

  it("hands nothing over after it was stopped", async () => {
    const { rules, clock, given } = start();
    await rules.stop();
    rules.take("default", event);
    await clock.advance(hourMs);
    expect(given).toEqual([]);
  });
});
