/** The deployed function that tells incidents, met by Slack at its production URL: the real bundle, role and secret. */
import path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoIncidents } from "../../shared/alerts/aws-store.ts";
import type { Condition } from "../../shared/alerts/condition.ts";
import { reportConditions } from "../../shared/alerts/report-conditions.ts";
import { condition } from "../../shared/alerts/test-conditions.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { until } from "../demo/chapter.ts";
import { seenMessages } from "../slack/view.ts";
import { type Stack, startStack } from "./stack.ts";

const now = () => Math.floor(Date.now() / 1_000);
/** Each report rests on a later look than the one before. */
let lookedAt = now() - 600;

let stack: Stack;
const lines: string[] = [];
beforeAll(async () => {
  const linkFile = path.resolve(import.meta.dirname, "../graph/tunnels-link.ts");
  // No schedule runs: each run is one that a test asked for.
  const onLogLine = (_: string, line: string) => lines.push(line);
  stack = await startStack({ linkFile, seed: 3, calm: true, onLogLine });
});
afterAll(() => stack?.close());

function named(logicalName: string) {
  const found = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (found === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return found;
}

/** As the function that watches tunnels does, with its role. */
async function report(conditions: readonly Condition[]) {
  const { role, name, environment } = named("WatchTunnels").deployed;
  const { credentials } = stack.aws.identities.issue({ roleArn: role.arn, sessionName: name });
  const { region } = stack.graph;
  const client = new DynamoDBClient({ region, endpoint: stack.aws.server.url, credentials });
  const link = stack.link.name;
  const alerts = {
    link,
    store: dynamoIncidents({ client, table: environment["JOURNAL_TABLE"] ?? "", link }),
    bus: { tell: async () => ({ ids: new Set<string>(), code: null }) },
    messenger: true,
    log: createLog(() => {}),
    clock: now,
  };
  lookedAt += 60;
  await reportConditions(alerts, { concern: "tunnels", conditions, observedAt: lookedAt, complete: true });
  client.destroy();
}

const tell = () => named("TellIncidents").invoke({});

function slack() {
  if (stack.slack === undefined) throw new Error("the link has no Slack");
  return stack.slack;
}

/** What people see; run after run, as the bus starts some as well, of which one tells. */
const told = (headline: string) =>
  until(headline, async () => {
    await tell();
    return seenMessages(slack().channel).find(({ lines: [first] }) => first === headline);
  });

describe("the deployed function that tells incidents", () => {
  it("writes one message, edits it, and tells that it is over", async () => {
    await report([condition("tunnels")]);
    await told("🟠 Warning: One tunnel is down");
    await report([condition("tunnels", { severity: "critical", title: "Both tunnels are down" })]);
    await told("🔴 Critical: Both tunnels are down");
    await report([]);
    await told("✅ Over: Both tunnels are down");
    const [message, ...others] = await until("its thread is told", async () => {
      await tell();
      const seen = seenMessages(slack().channel);
      return seen[0]?.thread.length === 2 ? seen : undefined;
    });
    expect(others).toEqual([]);
    expect(message?.thread.map(({ text }) => text)).toEqual([
      "Now critical: Both tunnels are down",
      "Over after 2 minutes.",
    ]);
  });

  it("fails when Slack does not take the token, says what to do, and goes on with another one", async () => {
    const { workspace, app, putToken } = slack();
    const old = app.token;
    workspace.replaceToken(app, "xoxb-another");
    await report([condition("tunnels", { title: "One tunnel is down again" })]);
    await until("a run fails", async () => ((await tell()).ok ? undefined : true));
    const remedy = "Slack refused chat.postMessage with token_revoked: put the Slack app's current bot token";
    expect(lines.join("\n")).toContain(remedy);
    await putToken("xoxb-another");
    await told("🟠 Warning: One tunnel is down again");
    expect(seenMessages(slack().channel)).toHaveLength(2);
    for (const token of [old, "xoxb-another"])
      expect(lines.filter((line) => line.includes(token))).toEqual([]);
  });

  it("was refused nothing else by its role, and met Slack alone", () => {
    expect(stack.proxy.refused()).toEqual([]);
    expect(stack.kernel.calls().filter(({ outcome }) => outcome.startsWith("AccessDenied"))).toEqual([]);
    expect(stack.kernel.calls().filter(({ operation }) => operation.startsWith("slack:"))).not.toEqual([]);
  });
});
