/**
 * Refused callers, from the lines of every log that can show one to what people are told: deliveries that come twice, in
 * another order, many at once or damaged; and nothing that a caller, a job or a pod can write goes any further.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../demo/chapter.ts";
import type { SeenMessage } from "../slack/view.ts";
import {
  deliver,
  deliveryOf,
  headlineOf,
  idsOf,
  lettersOf,
  packed,
  readerOf,
  toldOfCallers,
  untilCounted,
} from "./auth-reading.ts";
import { MARK } from "./canary-lines.ts";
import { promiseNoCanary, watchCanaries } from "./promises/canaries.ts";
import { type Stack, startStack } from "./stack.ts";

let stack: Stack;
/** What functions have written that is no line of theirs: how one ended that was not let end. */
const said: string[] = [];
beforeAll(async () => {
  stack = await startStack({
    linkFile: path.resolve(import.meta.dirname, "every-log-link.ts"),
    ...{ seed: 1, calm: true },
    // A minute of alarms and retries takes a second. No schedule runs: whatever is told, a line has begun it.
    speed: 60,
    ...{ mountEveryMs: 100, pollEveryMs: 50, secretEveryMs: 100 },
    onLogLine: (source, line) => {
      if (!/^(?:\{|START|END|REPORT)/.test(line)) said.push(`${source}: ${line}`);
    },
  });
  watchCanaries(stack);
  for (const { arn } of stack.graph.topics) stack.monitoring.topics.confirm(arn, "on-call@example.com");
  stack.monitoring.begin((queueArn) => stack.events.queues.messages(queueArn).length);
});
afterAll(() => stack?.close());

const about = (messages: readonly SeenMessage[], address: string) =>
  messages.filter(({ lines }) => lines.includes(`From: ${address}`));

describe("deliveries of log lines", () => {
  it("count each line once, in whatever order and company they come, and however often", async () => {
    const [early, late] = [idsOf(40), idsOf(60)];
    const all = [late, early, late, [...late.slice(30), ...early.slice(0, 7)], early];
    const { results } = readerOf(stack);
    const before = results.length;
    const address = "203.0.113.10";
    await Promise.all(all.map((ids) => deliver(stack, deliveryOf(stack, ids, address))));
    const taken = () => results.slice(before).filter(({ ok }) => ok);
    await until("each was taken", () => taken().length >= all.length);
    await untilCounted(stack, 100);
    const [message, ...more] = about(await toldOfCallers(stack), address);
    expect(more).toEqual([]);
    expect(headlineOf(message)).toBe(
      "🟠 Warning: A caller is refused again and again: it shows no certificate",
    );
    expect(message?.lines).toContain("Failures: 100 or more");
  });

  it("are none of them lost when more come at once than may be taken at once", async () => {
    const address = "203.0.113.11";
    const line = JSON.stringify({ event: "client.refused", reason: "expired", clientAddress: address });
    for (let replica = 0; replica < 12; replica += 1) {
      const lines = Array.from({ length: 20 }, () => ({ timestamp: Date.now(), message: line }));
      stack.aws.logs.append(stack.link.relay.log.group, `relay-${replica}`, lines);
    }
    await untilCounted(stack, 340);
    const told = about(await toldOfCallers(stack), address);
    expect(told).toHaveLength(1);
    expect(told[0]?.lines).toContain("Failures: 200 or more");
  });
});

describe("a batch that cannot be read", () => {
  it("is left as a dead letter with its cause, and keeps no other from being counted", async () => {
    const unreadable = { logEvents: [{ id: "1", timestamp: MARK, message: MARK }], logStream: MARK };
    const poison = [
      JSON.stringify({ awslogs: { data: Buffer.from(MARK).toString("base64") } }),
      packed(`{"messageType":"DATA_MESSAGE","owner":"${MARK}"`),
      deliveryOf(stack, [], "", unreadable),
      deliveryOf(stack, idsOf(1), MARK, { logGroup: MARK }),
      deliveryOf(stack, idsOf(1), MARK, { subscriptionFilters: [MARK] }),
    ];
    for (const payload of poison) await deliver(stack, payload);
    const address = "203.0.113.12";
    await deliver(stack, deliveryOf(stack, idsOf(5), address));
    await untilCounted(stack, 345);
    expect(about(await toldOfCallers(stack), address)).toHaveLength(1);
    await until("each is a dead letter", () => lettersOf(stack).length === poison.length);
    const letters = lettersOf(stack);
    expect(letters.map(({ responsePayload }) => responsePayload.errorMessage).toSorted()).toEqual(
      ["malformed", "malformed", "malformed", "other-filter", "other-group"].map(
        (reason) => `the run ended in trouble: a batch of log lines was refused: ${reason}`,
      ),
    );
    for (const { requestContext } of letters)
      expect(requestContext).toMatchObject({ condition: "RetriesExhausted", approximateInvokeCount: 3 });
  });
});

describe("a canary in what callers, jobs and pods can write", () => promiseNoCanary(() => stack));

describe("callers from many addresses", () => {
  it("are told of as one, of which none is told of by itself", async () => {
    const before = (await toldOfCallers(stack)).length;
    const refusal = { event: "client.refused", reason: "unknown-ca" };
    const lines = Array.from({ length: 200 }, (_, caller) => ({
      timestamp: Date.now(),
      message: JSON.stringify({ ...refusal, clientAddress: `198.18.0.${caller % 50}` }),
    }));
    stack.aws.logs.append(stack.link.relay.log.group, "relay-0", lines);
    const fresh = await until("it is told", async () => {
      const messages = (await toldOfCallers(stack)).slice(before);
      return messages.length > 0 ? messages : undefined;
    });
    expect(fresh.map(headlineOf)).toEqual(["🟠 Warning: Callers from many addresses are refused"]);
    expect(fresh[0]?.lines).toContain("Addresses within 10 minutes: 50 or more");
  });
});

describe("all of it", () => {
  it("needs no right that was not given, and fails for nothing but what cannot be read", () => {
    const decisions = stack.aws.server.decisions();
    expect(decisions.filter(({ result }) => result === "denied")).toEqual([]);
    const parts = [stack.aws.server, stack.events, stack.logFilters, stack.monitoring];
    expect(parts.flatMap((part) => part.troubles())).toEqual([]);
    const failed = readerOf(stack).results.flatMap((result) => (result.ok ? [] : [result.errorMessage]));
    // Busy it may have been: then the same lines came again.
    const others = failed.filter((text) => !/ was refused: |Rate Exceeded/.test(text));
    expect(others, said.join("\n")).toEqual([]);
    expect(stack.tap.report().leaks.filter(({ kind }) => kind !== "canary")).toEqual([]);
  });
});
