import { afterEach, describe, expect, it } from "vitest";
import {
  CHANNEL,
  startSlack,
  type TestSlack,
  type TestSlackOptions,
} from "../../../local/slack/test-slack.ts";
import { channelText, seenMessages } from "../../../local/slack/view.ts";
import { AT, action, incidentOf } from "../test-conditions.ts";
import { slackMessenger } from "./messenger.ts";

const opened: TestSlack[] = [];

async function start(options: TestSlackOptions = {}): Promise<TestSlack> {
  const started = await startSlack({ startMs: AT * 1_000, ...options });
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const incident = incidentOf("tunnels");
const note = action("reset:1", AT + 60, "Azure connection aws-one-a: reset asked for.");

describe("slackMessenger", () => {
  it("posts an incident, edits it in place, and writes its notes into its thread", async () => {
    const { messenger, channel, pass } = await start();
    const told = await messenger().post(incident);
    expect(told).toEqual({ channel: CHANNEL, ts: [...channel.messages.keys()][0] });
    pass(60);
    const critical = { ...incident, severity: "critical" as const, title: "Both tunnels are down" };
    expect(await messenger().update(told, critical)).toBe("updated");
    expect(await messenger().reply(told, critical, note)).toBe("replied");
    expect(channelText(channel)).toBe(
      [
        "Warrener (edited once)",
        "🔴 Critical: Both tunnels are down",
        "Link test-link, since 2026-11-21 08:00 UTC",
        "down: tunnels",
        "VPN connection (https://console.example.com/vpn)",
        "What to do: operating guide, entry tunnels",
        "  │ Warrener",
        "  │ Azure connection aws-one-a: reset asked for.",
        "  │ 2026-11-21 08:01 UTC",
      ].join("\n"),
    );
  });

  it("says on a phone what happened, where and since when", async () => {
    const { messenger, channel } = await start();
    await messenger().post(incident);
    expect(seenMessages(channel)[0]?.text).toBe(
      "🟠 Warning: One tunnel is down. Link test-link, since 2026-11-21 08:00 UTC. down: tunnels",
    );
  });

  it("links to the entry of the published guide", async () => {
    const { messenger, channel } = await start();
    await messenger({ runbook: "https://example.com/operating.md" }).post(incident);
    expect(seenMessages(channel)[0]?.lines).toContain(
      "What to do (https://example.com/operating.md#tunnels)",
    );
  });

  it("tells that it is over, and how long it lasted", async () => {
    const { messenger, channel } = await start();
    const told = await messenger().post(incident);
    await messenger().update(told, { ...incident, state: "closed", closedAt: AT + 720 });
    expect(seenMessages(channel)[0]?.lines.slice(0, 2)).toEqual([
      "✅ Over: One tunnel is down",
      "Link test-link, from 2026-11-21 08:00 to 2026-11-21 08:12 UTC (12 minutes)",
    ]);
    // What held until then would read as if it still did.
    expect(seenMessages(channel)[0]?.lines.join("\n")).not.toContain("down: tunnels");
  });

  it("asks Slack to make nothing of the texts", async () => {
    const { messenger, sightings } = await start();
    const told = await messenger().post(incident);
    await messenger().update(told, incident);
    const sent = sightings
      .filter(({ what }) => /^POST \/api\/chat\.\w+$/.test(what))
      .map(({ bytes }) => Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString())));
    expect(sent).toMatchObject([
      { parse: "none", unfurl_links: "false", unfurl_media: "false" },
      { parse: "none" },
    ]);
    for (const one of sent) expect(one).not.toHaveProperty("link_names");
  });

  it("makes one call for each thing told, and none before", async () => {
    const { messenger, kernel } = await start();
    const told = messenger();
    const message = await told.post(incident);
    await told.update(message, incident);
    await told.reply(message, incident, note);
    expect(kernel.calls().map(({ operation }) => operation)).toEqual([
      "slack:chat.postMessage",
      "slack:chat.update",
      "slack:chat.postMessage",
    ]);
  });

  it("reads neither the token nor Slack's client before something is told", () => {
    const token = () => Promise.reject(new Error("read"));
    expect(slackMessenger({ token, channel: CHANNEL, link: "x" }).channel).toBe(CHANNEL);
  });
});

describe("what is gone", () => {
  it("is a message that somebody deleted", async () => {
    const { messenger, channel, workspace } = await start();
    const told = await messenger().post(incident);
    workspace.remove(channel, told);
    expect(await messenger().update(told, incident)).toBe("gone");
  });

  it("is a message that another app wrote, as before the app was replaced", async () => {
    const { messenger, workspace, client } = await start();
    const other = workspace.createApp({ name: "Old", token: "xoxb-old", scopes: ["chat:write"] });
    workspace.channel(CHANNEL).bots.add(other.botId);
    const { ts = "" } = await client("xoxb-old").chat.postMessage({ channel: CHANNEL, text: "old" });
    expect(await messenger().update({ channel: CHANNEL, ts }, incident)).toBe("gone");
  });

  it("is a message that may not be edited any more", async () => {
    const { messenger, workspace } = await start();
    const told = await messenger().post(incident);
    workspace.settings.mayEdit = false;
    expect(await messenger().update(told, incident)).toBe("gone");
  });

  it("leaves no reply in the channel when the message of the thread was deleted", async () => {
    const { messenger, channel, workspace } = await start();
    const told = await messenger().post(incident);
    workspace.remove(channel, told);
    expect(await messenger().reply(told, incident, note)).toBe("gone");
    expect(channel.messages.size).toBe(0);
  });

  it("is still gone where the reply that went astray may not be deleted", async () => {
    const { messenger, channel, workspace } = await start();
    const told = await messenger().post(incident);
    workspace.remove(channel, told);
    workspace.settings.mayDelete = false;
    expect(await messenger().reply(told, incident, note)).toBe("gone");
  });

  it("is a message that takes no replies", async () => {
    const { messenger, client, channel } = await start();
    const told = await messenger().post(incident);
    const reply = { channel: CHANNEL, text: "x", thread_ts: told.ts };
    const { ts = "" } = await client().chat.postMessage(reply);
    expect(await messenger().reply({ channel: CHANNEL, ts }, incident, note)).toBe("gone");
    expect(channel.messages.size).toBe(2);
  });
});
