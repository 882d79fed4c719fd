/** The deployed functions between an alarm and the people who are told: nothing runs but what a test lets happen. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tunnelAlarm } from "../../shared/runtime/deployed-names.ts";
import { isCritical, isOver, messagesAbout, replyWith, watchChannel } from "../demo/channel.ts";
import { until } from "../demo/chapter.ts";
import { callsOfHalves, readsAmong, writesAmong } from "../demo/halves.ts";
import { sayFreezeWord } from "../demo/operator.ts";
import { replacements, resets } from "../demo/tunnels.ts";
import { type Stack, startStack } from "./stack.ts";

const LINK_FILE = path.join(import.meta.dirname, "alerts-link.ts");
/** Of tunnels and alarms: a minute takes a second. */
const SPEED = 60;

let stack: Stack;
const lines: string[] = [];
beforeAll(async () => {
  const onLogLine = (_source: string, line: string) => lines.push(line);
  stack = await startStack({ linkFile: LINK_FILE, seed: 1, calm: true, speed: SPEED, onLogLine });
  // Alarms are looked at, and no schedule runs: whatever is told, an event has begun it.
  stack.monitoring.begin((queueArn) => stack.events.queues.messages(queueArn).length);
});
afterAll(() => stack?.close());

function found(logicalName: string) {
  const running = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  if (running === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return running;
}
/** As their schedules do. */
const sweep = () => found("WatchTunnels").invoke({});
const tell = () => found("TellIncidents").invoke({});
const repairs = () => resets(stack) + replacements(stack);

const stateOf = (thing: string) => {
  const alarm = stack.graph.metricAlarms.find(({ name }) => name.endsWith(`-${thing}`));
  return stack.monitoring.cloudWatch.alarms.state(alarm?.name ?? "");
};

type Channel = ReturnType<typeof watchChannel>;

/** The schedules' part: of two changes within a second, Slack takes the later one at the next sweep. */
const sweepUntilOver = (channel: Channel) =>
  until("the sweep finds that it is over", async () => {
    await sweep();
    await tell();
    return isOver(await channel.untilTold("it is told", () => true));
  });

async function untilOver(channel: Channel): Promise<void> {
  // One that still rings would say nothing when it is needed next.
  await until("the alarms are over", () =>
    ["one-a", "one-b"].every((name) => stateOf(tunnelAlarm(name)) === "OK"),
  );
  await sweepUntilOver(channel);
}

describe("an alarm of a tunnel", () => {
  it("is told in Slack without any sweep: once, and in the same message when the other tunnel is lost too", async () => {
    const channel = watchChannel(stack, "tunnels");
    stack.vpn.cut("one-a");
    const warning = await channel.untilTold("the first cut is told", () => true);
    expect(warning.text).toMatch(/^🟠 Warning: one-a: down, 1 of 2 tunnels left\./);
    stack.vpn.cut("one-b");
    const critical = await channel.untilTold("the second cut is told", isCritical);
    expect(critical.text).toMatch(/^🔴 Critical: Both tunnels: down\./);
    expect(critical.ts).toBe(warning.ts);
    for (const name of ["one-a", "one-b"]) stack.vpn.restore(name);
    await untilOver(channel);
    expect(channel.count()).toBe(1);
  });

  it("is announced on the link's bus with each change of its state, for whoever else listens", () => {
    const [bus] = stack.graph.eventBuses;
    const told = stack.aws.eventBridge
      .bus(bus?.name ?? "")
      .events()
      .filter((event) => event["detail-type"] === "Warrener Incident");
    expect(told[0]?.detail).toMatchObject({ change: "opened", severity: "warning", key: "tunnels" });
    expect(told.map(({ detail }) => detail)).toContainEqual(expect.objectContaining({ change: "escalated" }));
    expect(told.at(-1)?.detail).toMatchObject({ change: "closed", state: "closed" });
  });
});

describe("a freeze", () => {
  it("stops every write in both halves, and is told; what is due is done after the thaw", async () => {
    const [freeze, tunnels] = [watchChannel(stack, "freeze"), watchChannel(stack, "tunnels")];
    const from = stack.kernel.calls().length;
    await sayFreezeWord(stack, "a test");
    await sweep();
    await freeze.untilTold("that it is frozen", ({ lines }) =>
      lines.some((line) => line.endsWith("frozen too")),
    );
    stack.vpn.hang("one-a", "either");
    await tunnels.untilTold("the tunnel that hangs", () => true);
    await until("a sweep leaves a repair undone that is due", async () => {
      const asked = await found("WatchTunnels").invoke({ run: "plan" });
      return JSON.stringify(asked).includes('"reason":"frozen"');
    });
    expect(await sweep()).toMatchObject({ ok: true });
    expect(await found("RenewCertificates").invoke({})).toMatchObject({
      ok: true,
      payload: { outcomes: [{ outcome: "frozen", change: "request" }] },
    });
    const calls = callsOfHalves(stack, from);
    expect(readsAmong(calls).length).toBeGreaterThan(10);
    expect(writesAmong(calls)).toEqual([]);

    const before = repairs();
    await sayFreezeWord(stack, null);
    await until("a sweep mends the tunnel", async () => (await sweep()).ok && repairs() > before);
    await untilOver(tunnels);
    expect(repairs()).toBe(before + 1);
    await sweepUntilOver(freeze);
    expect(await found("RenewCertificates").invoke({})).toMatchObject({
      payload: { outcomes: [{ changes: expect.arrayContaining(["request"]) }] },
    });
  }, 60_000);

  it("leaves the repair in the thread of its incident", () => {
    const last = messagesAbout(stack, "tunnels").at(-1);
    expect(last && replyWith(last, /^one-a: /)).toMatch(/: begun$/);
  });
});

describe("a token that Slack does not take", () => {
  it("fails the invocation, with what to do, until a person has put the right one; nothing is lost", async () => {
    const { slack } = stack;
    if (slack === undefined) throw new Error("the link has a Slack channel");
    const right = slack.app.token;
    slack.workspace.replaceToken(slack.app, `${right}-new`);
    const channel = watchChannel(stack, "tunnels");
    const { results } = found("TellIncidents");
    const before = results.length;
    stack.vpn.cut("one-b");
    const refused = await until("an invocation fails", () => results.slice(before).find(({ ok }) => !ok));
    // Whichever is next: on a busy machine a certificate may be late by now.
    expect(JSON.stringify(refused)).toMatch(/incident [\w:-]+: not told: .*token/);
    expect(JSON.stringify(refused)).not.toContain(right);
    expect(channel.count()).toBe(0);

    await slack.putToken(`${right}-new`);
    await until("it is told after all", async () => (await tell()).ok && channel.count() === 1);
    stack.vpn.restore("one-b");
    await untilOver(channel);
  });
});

describe("the dead-man's switch", () => {
  const SILENT = "watch-tunnels-silent";
  const mails = () => stack.monitoring.topics.deliveries().filter(({ protocol }) => protocol === "email");

  it("mails whoever has confirmed their address when the sweep stops, without any of our code", async () => {
    const [topic] = stack.graph.topics;
    stack.monitoring.topics.confirm(topic?.arn ?? "", "on-call@example.com");
    stack.begin();
    await until("the sweep beats", () => stateOf(SILENT) === "OK");
    await stack.events.stop();
    const before = mails().length;
    const runs = found("WatchTunnels").results.length;
    const mail = await until("a mail says that it is silent", () =>
      mails()
        .slice(before)
        .find(({ subject }) => subject.includes(SILENT)),
    );
    expect(mail).toMatchObject({
      endpoint: "on-call@example.com",
      subject: expect.stringMatching(/^ALARM: /),
    });
    expect(found("WatchTunnels").results.length).toBe(runs);
    expect(stack.monitoring.cloudWatch.alarms.failedActions()).toEqual([]);
  });
});

describe("all of it", () => {
  it("calls only what the captured policies allow, and only hosts that are known", () => {
    const decisions = stack.aws.server.decisions();
    expect(decisions.filter(({ result }) => result === "denied")).toEqual([]);
    expect([
      ...stack.aws.server.troubles(),
      ...stack.events.troubles(),
      ...stack.monitoring.troubles(),
    ]).toEqual([]);
    expect(stack.proxy.refused()).toEqual([]);
  });

  it("writes the token of Slack's app into no log, no event and no message", () => {
    const { slack, aws, graph } = stack;
    const events = graph.eventBuses.flatMap(({ name }) => aws.eventBridge.bus(name).events());
    const messages = [...(slack?.channel.messages.values() ?? [])].flatMap(({ contents }) => contents);
    const seen = [...lines, ...[...events, ...messages].map((one) => JSON.stringify(one))];
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.filter((text) => text.includes("xoxb-"))).toEqual([]);
    expect(stack.tap.report().leaks).toEqual([]);
  });
});
