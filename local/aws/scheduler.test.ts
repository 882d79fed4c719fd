import { describe, expect, it } from "vitest";
import { ConnectionLost, Refusal } from "../stand-in/operations.ts";
import type { AuthorizationResult } from "./decisions.ts";
import { manualTimers } from "./manual-timers.ts";
import { type Schedule, Scheduler } from "./scheduler.ts";
import { Queues } from "./sqs.ts";
import { accountId, makeKernel, region, roleArn, type WorldOptions } from "./test-world.ts";
import { speedUp } from "./timers.ts";

const startMs = Date.parse("2026-11-21T08:00:00Z");
const minuteMs = 60_000;
const queueArn = `arn:aws:sqs:${region}:${accountId}:dead`;
const schedule: Schedule = {
  arn: `arn:aws:scheduler:${region}:${accountId}:schedule/default/rotate`,
  expression: "rate(5 minutes)",
  targetArn: `arn:aws:lambda:${region}:${accountId}:function:rotate`,
  roleArn,
  input: "{}",
  deadLetterQueueArn: queueArn,
};

interface Options extends WorldOptions {
  readonly speed?: number;
  readonly fail?: (call: number) => Error | undefined;
  readonly decide?: AuthorizationResult;
}

function start(options: Options = {}) {
  const kernel = makeKernel(options);
  const clock = manualTimers(startMs);
  const queues = new Queues(kernel);
  queues.create(queueArn);
  const handed: { readonly atMs: number; readonly payload: string }[] = [];
  const asked: string[] = [];
  let calls = 0;
  const scheduler = new Scheduler({
    kernel,
    queues,
    timers: options.speed === undefined ? clock : speedUp(clock, options.speed),
    invoke: (_caller, _target, payload) => {
      calls += 1;
      const failure = options.fail?.(calls);
      if (failure !== undefined) return Promise.reject(failure);
      handed.push({ atMs: clock.now() - startMs, payload });
      return Promise.resolve();
    },
    decide: (_role, need) => {
      asked.push(`${need.action} ${need.resource}`);
      return Promise.resolve(options.decide ?? "allowed");
    },
  });
  return { scheduler, clock, queues, handed, asked, calls: () => calls };
}

const throttled = () => new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");
const times = (handed: readonly { readonly atMs: number }[]) => handed.map(({ atMs }) => atMs);

describe("Scheduler", () => {
  it("invokes a rate at once and then at every period", async () => {
    const { scheduler, clock, handed } = start();
    scheduler.add(schedule);
    await clock.advance(11 * minuteMs);

    expect(times(handed)).toEqual([0, 5 * minuteMs, 10 * minuteMs]);
  });

  it("invokes a cron expression and a one-time schedule when they say so", async () => {
    const { scheduler, clock, handed } = start();
    scheduler.add({ ...schedule, expression: "cron(0 10 * * ? *)", timeZone: "Europe/Berlin" });
    scheduler.add({ ...schedule, expression: "at(2026-11-21T08:30:00)" });
    await clock.advance(25 * 60 * minuteMs);

    expect(times(handed)).toEqual([30, 60, 25 * 60].map((minutes) => minutes * minuteMs));
  });

  it("takes 60 / speed seconds for a minute", async () => {
    const { scheduler, clock, handed } = start({ speed: 60 });
    scheduler.add({ ...schedule, expression: "rate(1 minute)" });
    await clock.advance(3000);

    expect(times(handed)).toEqual([0, 1000, 2000, 3000]);
  });

  it("fills the placeholders of the input", async () => {
    const { scheduler, clock, handed } = start({ fail: (call) => (call === 1 ? throttled() : undefined) });
    const input = JSON.stringify({
      arn: "<aws.scheduler.schedule-arn>",
      time: "<aws.scheduler.scheduled-time>",
      id: "<aws.scheduler.execution-id>",
      attempt: "<aws.scheduler.attempt-number>",
    });
    scheduler.add({ ...schedule, expression: "at(2026-11-21T08:05:00)", input });
    await clock.advance(10 * minuteMs);

    expect(JSON.parse(handed[0]?.payload ?? "")).toEqual({
      arn: schedule.arn,
      time: "2026-11-21T08:05:00Z",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      attempt: "2",
    });
  });

  it("sends a notification where the schedule has no input", async () => {
    const { scheduler, clock, handed } = start();
    const { input: _left, ...without } = schedule;
    scheduler.add(without);
    await clock.advance(0);

    expect(JSON.parse(handed[0]?.payload ?? "")).toMatchObject({
      source: "aws.scheduler",
      "detail-type": "Scheduled Event",
      resources: [schedule.arn],
      account: accountId,
      region,
    });
  });

  it("is late within the minute and sends duplicates when the world is not calm, drawn from the seed", async () => {
    const run = async () => {
      const { scheduler, clock, handed } = start({ calm: false, seed: 4 });
      scheduler.add({ ...schedule, expression: "rate(10 minutes)" });
      await clock.advance(100 * 10 * minuteMs - 1);
      return times(handed);
    };
    const handed = await run();
    const late = handed.map((atMs) => atMs % (10 * minuteMs));

    expect(late.every((ms) => ms < minuteMs)).toBe(true);
    expect(new Set(late).size).toBeGreaterThan(50);
    expect(new Set(handed.map((atMs) => Math.floor(atMs / (10 * minuteMs)))).size).toBe(100);
    expect(handed.length).toBeGreaterThan(100);
    expect(await run()).toEqual(handed);
  });

  it.each([throttled(), new ConnectionLost("lost")])(
    "hands over again, ever later, after %s",
    async (failure) => {
      const { scheduler, clock, handed } = start({ fail: (call) => (call <= 3 ? failure : undefined) });
      scheduler.add({ ...schedule, expression: "at(2026-11-21T08:05:00)" });
      await clock.advance(10 * minuteMs);

      expect(times(handed)).toEqual([5 * minuteMs + 7000]);
    },
  );

  it("makes a dead letter of what it could not hand over in the allowed attempts", async () => {
    const { scheduler, clock, queues, calls, asked } = start({ fail: throttled });
    scheduler.add({ ...schedule, expression: "at(2026-11-21T08:05:00)", input: '{"a":1}', retriesMax: 2 });
    await clock.advance(60 * minuteMs);

    expect(calls()).toBe(3);
    expect(queues.messages(queueArn)).toMatchObject([
      {
        body: '{"a":1}',
        attributes: {
          ERROR_CODE: "TooManyRequestsException",
          RETRY_ATTEMPTS: "2",
          SCHEDULE_ARN: schedule.arn,
          TARGET_ARN: schedule.targetArn,
        },
      },
    ]);
    expect(asked.at(-1)).toBe(`sqs:SendMessage ${queueArn}`);
  });

  it("takes zero retries as none", async () => {
    const { scheduler, clock, queues, calls } = start({ fail: throttled });
    scheduler.add({ ...schedule, expression: "at(2026-11-21T08:05:00)", retriesMax: 0 });
    await clock.advance(60 * minuteMs);

    expect(calls()).toBe(1);
    expect(queues.messages(queueArn)).toHaveLength(1);
  });

  it("gives up when the event is too old, whatever retries are left", async () => {
    const { scheduler, clock, queues, calls } = start({ fail: throttled });
    scheduler.add({ ...schedule, expression: "at(2026-11-21T08:05:00)", eventAgeSecondsMax: 60 });
    await clock.advance(60 * minuteMs);

    expect(calls()).toBe(6);
    expect(queues.messages(queueArn)).toHaveLength(1);
  });

  it("never invokes a target that its role may not invoke", async () => {
    const { scheduler, clock, calls, asked } = start({ decide: "denied" });
    scheduler.add({ ...schedule, expression: "at(2026-11-21T08:05:00)" });
    await clock.advance(60 * minuteMs);

    expect(calls()).toBe(0);
    expect(asked).toEqual([`lambda:InvokeFunction ${schedule.targetArn}`, `sqs:SendMessage ${queueArn}`]);
    expect(scheduler.troubles()).toMatchObject([{ code: "AccessDeniedException" }]);
  });

  it("tells what is neither a refusal nor a lost connection as a trouble", async () => {
    const { scheduler, clock, queues } = start({ fail: () => new Error("broken") });
    scheduler.add(schedule);
    await clock.advance(0);

    expect(scheduler.troubles()).toMatchObject([{ message: "broken" }]);
    expect(queues.messages(queueArn)).toEqual([]);
  });

  it("invokes nothing after it was stopped, neither a schedule nor a retry", async () => {
    const { scheduler, clock, calls } = start({ fail: (call) => (call === 1 ? throttled() : undefined) });
    scheduler.add(schedule);
    await clock.advance(0);
    await scheduler.stop();
    await clock.advance(60 * minuteMs);

    expect(calls()).toBe(1);
    expect(clock.waiting()).toBe(0);
  });

  it("refuses an expression that AWS refuses", () => {
    const { scheduler } = start();
    expect(() => scheduler.add({ ...schedule, expression: "cron(0 2 * * * *)" })).toThrow("exactly one");
  });
});
