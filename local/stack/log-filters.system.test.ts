/**
 * Lines of refused callers, from who logs them to the deployed function and to the alarm that needs none: relay's through
 * its log agent, and the tunnels' as AWS writes them.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { callerOfAnotherCa, callerWhoExpired, callerWithWrongKey, callRelay } from "../demo/callers.ts";
import { until } from "../demo/chapter.ts";
import { relayLines } from "../demo/look.ts";
import { generatePreSharedKey } from "../vpn/pre-shared-key.ts";
import { deployed } from "./deployed.ts";
import { type Stack, startStack } from "./stack.ts";

/** As the link names it. */
const TUNNEL_LOG = "/example/vpn";

let stack: Stack;
const lines: { readonly source: string; readonly line: string }[] = [];

beforeAll(async () => {
  stack = await startStack({
    linkFile: path.resolve(import.meta.dirname, "auth-failures-link.ts"),
    ...{ seed: 1, calm: true },
    // A minute of the tunnels, of alarms and of deliveries takes a second.
    speed: 60,
    ...{ mountEveryMs: 100, pollEveryMs: 50, secretEveryMs: 100 },
    onLogLine: (source, line) => void lines.push({ source, line }),
  });
  stack.monitoring.begin((queueArn) => stack.events.queues.messages(queueArn).length);
  await until("relay serves", () => stack.workloads.relay.replicas().length > 0);
});
afterAll(() => stack?.close());

const Taken = z.object({
  event: z.literal("auth-failures.taken"),
  group: z.string(),
  refused: z.number(),
  unread: z.number(),
});
const Line = z.object({ message: Taken });

/** What the function says that it has taken of a group. */
function taken(group: string) {
  const found = lines.flatMap(({ line }) => {
    const parsed = line.startsWith("{") ? Line.safeParse(JSON.parse(line)) : undefined;
    return parsed?.data?.message.group === group ? [parsed.data.message] : [];
  });
  const sum = (count: (one: z.infer<typeof Taken>) => number) =>
    found.reduce((total, one) => total + count(one), 0);
  return { refused: sum(({ refused }) => refused), unread: sum(({ unread }) => unread) };
}

const relayGroup = () => stack.link.relay.log.group;
const reasons = () =>
  relayLines(stack).flatMap((one) => (one.event === "client.refused" ? [one.reason] : []));

describe("the deployed subscription filters", () => {
  it("first check that the function is there, once for each group", async () => {
    await until(
      "both have checked",
      () => lines.filter(({ line }) => line.includes('"auth-failures.probed"')).length === 2,
    );
  });

  it("bring what relay logs of callers that it refuses, for each reason", async () => {
    await callRelay(stack, {});
    await callRelay(stack, await callerOfAnotherCa(stack));
    await callRelay(stack, await callerWhoExpired(stack));
    await until("relay has its keys", async () => {
      const answer = await callRelay(stack, await callerWithWrongKey(stack));
      return answer === 401;
    });
    await until("all of them have come", () => taken(relayGroup()).refused >= 4);
    expect(new Set(reasons())).toEqual(
      new Set(["no-certificate", "unknown-ca", "expired", "api-key-unknown"]),
    );
    expect(taken(relayGroup()).unread).toBe(0);
  });

  it("bring what AWS logs of a tunnel whose key is wrong at one end", async () => {
    stack.vpn.setAzureKey("one-a", generatePreSharedKey());
    await until("the tunnel's lines have come", () => taken(TUNNEL_LOG).refused >= 2);
    expect(taken(TUNNEL_LOG).unread).toBe(0);
  });
});

describe("the deployed metric filters", () => {
  it("ring an alarm of many refused callers, with none of our code in the way", async () => {
    const alarm = stack.graph.metricAlarms.find(({ name }) => /callers-refused-example-relay/.test(name));
    await until("the alarm rings", async () => {
      await callRelay(stack, {});
      return stack.monitoring.cloudWatch.alarms.state(alarm?.name ?? "") === "ALARM";
    });
  });
});

describe("the deliveries", () => {
  it("need no right that was not given, and leave nothing undone", () => {
    const decisions = stack.aws.server.decisions();
    const ours = decisions.filter(({ roleArn }) => roleArn === "logs.amazonaws.com");
    expect(ours.length).toBeGreaterThan(3);
    expect(ours.filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.logFilters.troubles()).toEqual([]);
    const failed = deployed(stack, "ReadAuthFailures").results.filter(({ ok }) => !ok);
    // Busy it may have been: then the same lines came again.
    expect(
      failed.filter((one) => "errorType" in one && one.errorType !== "TooManyRequestsException"),
    ).toEqual([]);
  });
});
