/** Incidents told through Slack's own client, whatever Slack does: one message in the end, with each note once. */
import { afterEach, describe, expect, it } from "vitest";
import { START } from "../../../local/model/brain.ts";
import { startSlack, type TestSlack, type TestSlackOptions } from "../../../local/slack/test-slack.ts";
import { seenMessages } from "../../../local/slack/view.ts";
import type { Effect } from "../../../local/stand-in/faults.ts";
import type { Condition } from "../condition.ts";
import { CLAIM_SECONDS } from "../tell-incident.ts";
import { action } from "../test-conditions.ts";
import { down, opened as reported, up } from "../test-telling.ts";

const opened: TestSlack[] = [];
afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

/** One incident, which nobody was told of yet. */
async function start(options: TestSlackOptions = {}) {
  const model = await reported();
  const slack = await startSlack({ startMs: START * 1_000, ...options });
  opened.push(slack);
  const messenger = slack.messenger();
  const later = (seconds: number) => {
    model.clock.advance(seconds);
    slack.pass(seconds);
  };
  return {
    ...slack,
    model,
    later,
    tell: () => model.tell({ messenger }),
    down: (changes: Partial<Condition>) => {
      later(60);
      return down(model, changes);
    },
    up: () => {
      later(60);
      return up(model);
    },
    /** Run after run, as each minute, until nothing is left to tell. */
    async settle() {
      for (let runs = 0; runs < 60; runs += 1) {
        later(60);
        const { untold } = await model.tell({ messenger });
        const incident = model.store.standing.get("tunnels");
        if (untold.length === 0 && incident?.told?.revision === incident?.revision) return;
      }
      throw new Error("it does not come to an end");
    },
  };
}

const lost: Effect = { kind: "lose-connection" };
const refuse = (status: number, code: string): Effect => ({ kind: "refuse", status, code, message: code });
const messages = ({ channel }: TestSlack) => seenMessages(channel);

describe("an incident", () => {
  it("is one message through all its life, and its thread tells the story", async () => {
    const slack = await start();
    await slack.tell();
    await slack.down({ severity: "critical", title: "Both tunnels are down" });
    await slack.tell();
    const actions = [action("reset:1", START + 90, "Azure connection aws-one-a: reset asked for.")];
    await slack.down({ severity: "critical", title: "Both tunnels are down", actions });
    await slack.tell();
    await slack.up();
    await slack.tell();
    expect(messages(slack)).toMatchObject([
      {
        lines: expect.arrayContaining([
          "✅ Over: Both tunnels are down",
          "Link test-link, from 2026-11-21 08:00 to 2026-11-21 08:03 UTC (3 minutes)",
        ]),
        thread: [
          { lines: ["Now critical: Both tunnels are down", "2026-11-21 08:01 UTC"] },
          { lines: ["Azure connection aws-one-a: reset asked for.", "2026-11-21 08:01 UTC"] },
          { lines: ["Over after 3 minutes.", "2026-11-21 08:03 UTC"] },
        ],
      },
    ]);
  });

  it.each<[string, "before" | "after", Effect]>([
    ["an answer that is lost before", "before", lost],
    ["an answer that is lost after", "after", lost],
    ["a server's failure before", "before", refuse(503, "service_unavailable")],
    ["a server's failure after", "after", refuse(503, "service_unavailable")],
    ["an internal error after", "after", refuse(200, "internal_error")],
    ["a rate limit", "before", refuse(429, "ratelimited")],
  ])("is one message with one recovery after %s each first call", async (_, when, effect) => {
    const slack = await start();
    for (const operation of [
      "chat.postMessage",
      "chat.update",
      "conversations.history",
      "conversations.replies",
    ])
      slack.kernel.faults.add({ operation: `slack:${operation}`, nth: 1, when, effect });
    await slack.settle();
    await slack.down({ severity: "critical", actions: [action("reset:1", START + 30)] });
    await slack.settle();
    await slack.up();
    await slack.settle();
    const [message, ...others] = messages(slack);
    expect(others).toEqual([]);
    expect(message?.lines[0]).toMatch(/^✅ Over: /);
    expect(message?.thread.map(({ lines }) => lines[0])).toEqual([
      "did reset:1",
      "Now critical: One tunnel is down",
      expect.stringMatching(/^Over after /),
    ]);
  });

  it("is one message whatever Slack does by itself", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const slack = await start({ calm: false, seed });
      await slack.settle();
      for (let turn = 1; turn <= 5; turn += 1) {
        const severity = turn % 2 === 0 ? "warning" : "critical";
        await slack.down({ severity, actions: [action(`reset:${turn}`, START + turn)] });
        await slack.settle();
      }
      await slack.up();
      await slack.settle();
      const [message, ...others] = messages(slack);
      expect(others, `seed ${seed}`).toEqual([]);
      const told = message?.thread.map(({ lines }) => lines.join()) ?? [];
      expect(new Set(told).size, `seed ${seed}`).toBe(told.length);
      expect(told).toHaveLength(11);
    }
  });

  it("may be two messages without the right to look, and one again as soon as there is", async () => {
    const slack = await start({ scopes: ["chat:write"] });
    slack.kernel.faults.add({ operation: "slack:chat.postMessage", nth: 1, when: "after", effect: lost });
    await slack.tell();
    slack.later(CLAIM_SECONDS + 1);
    await slack.tell();
    expect(messages(slack)).toHaveLength(2);
    slack.app.scopes = new Set(["chat:write", "channels:history"]);
    await slack.down({ severity: "critical" });
    await slack.tell();
    expect(messages(slack).map(({ lines }) => lines[0])).toEqual(["🔴 Critical: One tunnel is down"]);
  });

  it("is told anew when somebody deleted its message, and leaves no reply astray", async () => {
    const slack = await start();
    await slack.tell();
    const [ts = ""] = slack.channel.messages.keys();
    slack.workspace.remove(slack.channel, { ts });
    await slack.down({ actions: [action("reset:1", START + 90)] });
    await slack.tell();
    expect(messages(slack)).toMatchObject([{ thread: [{ text: "did reset:1" }] }]);
  });

  it("fails the run, and waits, while the token is wrong", async () => {
    const slack = await start();
    slack.workspace.replaceToken(slack.app, "xoxb-other");
    const { untold, trouble } = await slack.tell();
    expect(untold).toMatchObject([{ reason: "wrong-token-or-channel" }]);
    expect(trouble).toEqual([expect.stringContaining("token_revoked")]);
    expect(messages(slack)).toEqual([]);
  });
});
