import { afterEach, describe, expect, it } from "vitest";
import {
  CHANNEL,
  refusalOf,
  startSlack,
  type TestSlack,
  type TestSlackOptions,
  TOKEN,
} from "./test-slack.ts";
import { channelText, seenMessages } from "./view.ts";

const opened: TestSlack[] = [];

async function start(options: TestSlackOptions = {}): Promise<TestSlack> {
  const started = await startSlack(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const section = (text: string, type = "mrkdwn") => ({ type: "section", text: { type, text } });
const details = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return await call;
  } catch (error) {
    return Reflect.get(Object(error), "data");
  }
};

describe("the token", () => {
  it("is asked for, and must be one of an installed app", async () => {
    const { client, workspace, app } = await start();
    const post = (token?: string) => client(token).chat.postMessage({ channel: CHANNEL, text: "hello" });
    expect(await refusalOf(post(""))).toBe("not_authed");
    expect(await refusalOf(post("xoxb-other"))).toBe("invalid_auth");
    workspace.replaceToken(app, "xoxb-new");
    expect(await refusalOf(post(TOKEN))).toBe("token_revoked");
    expect(await post("xoxb-new")).toMatchObject({ ok: true });
    app.state = "removed";
    expect(await refusalOf(post("xoxb-new"))).toBe("account_inactive");
  });

  it("says whose it is", async () => {
    const { client, app } = await start();
    expect(await client().auth.test()).toMatchObject({ ok: true, bot_id: app.botId, user_id: app.userId });
  });

  it("must have the scope, and is told which", async () => {
    const { client } = await start({ scopes: ["channels:history"] });
    expect(await details(client().chat.postMessage({ channel: CHANNEL, text: "hello" }))).toMatchObject({
      error: "missing_scope",
      needed: "chat:write",
      provided: "channels:history",
    });
  });
});

describe("slack:chat.postMessage", () => {
  it("writes a message, and answers with its channel's id and its ts, a text", async () => {
    const { client, channel } = await start();
    for (const name of [CHANNEL, "link", "#link"]) {
      expect(await client().chat.postMessage({ channel: name, text: "hello" })).toMatchObject({
        ok: true,
        channel: CHANNEL,
        ts: expect.stringMatching(/^1795248000\.00000\d$/),
        message: { type: "message", text: "hello" },
      });
    }
    expect(new Set(channel.messages.keys()).size).toBe(3);
  });

  it("refuses a channel that is not there, archived, another's, or private and not the app's", async () => {
    const { client, workspace, app } = await start();
    const post = (channel: string) => client().chat.postMessage({ channel, text: "hello" });
    workspace.createChannel({ id: "C0000000002", name: "other" });
    workspace.createChannel({ id: "C0000000003", name: "secret", isPrivate: true });
    const archived = workspace.createChannel({ id: "C0000000004", name: "old" });
    archived.isArchived = true;
    expect(await refusalOf(post("C0000000009"))).toBe("channel_not_found");
    expect(await refusalOf(post("C0000000002"))).toBe("not_in_channel");
    expect(await refusalOf(post("C0000000003"))).toBe("channel_not_found");
    expect(await refusalOf(post("C0000000004"))).toBe("is_archived");
    app.scopes = new Set(["chat:write", "chat:write.public"]);
    expect(await post("C0000000002")).toMatchObject({ ok: true });
  });

  it("refuses a message of nothing, and metadata that is none", async () => {
    const { client } = await start();
    const post = (more: Record<string, unknown>) =>
      client().apiCall("chat.postMessage", { channel: CHANNEL, ...more });
    expect(await refusalOf(post({}))).toBe("no_text");
    expect(await refusalOf(post({ text: "" }))).toBe("no_text");
    expect(await refusalOf(post({ text: "x", metadata: "x" }))).toBe("invalid_metadata_format");
    expect(await refusalOf(post({ text: "x", metadata: { event_type: "x" } }))).toBe(
      "invalid_metadata_schema",
    );
    const metadata = { event_type: "x", event_payload: { long: "x".repeat(20_000) } };
    expect(await refusalOf(post({ text: "x", metadata }))).toBe("metadata_too_large");
    expect(await refusalOf(post({ text: "x", parse: "all" }))).toBe("invalid_arguments");
  });

  it("replies into a thread by its parent's ts, not by a reply's", async () => {
    const { client, channel } = await start();
    const { ts = "" } = await client().chat.postMessage({ channel: CHANNEL, text: "parent" });
    const reply = (thread_ts: string) =>
      client().chat.postMessage({ channel: CHANNEL, text: "child", thread_ts });
    const child = await reply(ts);
    expect(child).toMatchObject({ message: { thread_ts: ts } });
    expect(await refusalOf(reply(child.ts ?? ""))).toBe("cannot_reply_to_message");
    expect(await refusalOf(reply("yesterday"))).toBe("invalid_thread_ts");
    expect(seenMessages(channel)).toMatchObject([{ text: "parent", thread: [{ text: "child" }] }]);
  });

  it("writes a reply to a deleted message into the channel", async () => {
    const { client, channel, workspace } = await start();
    const { ts = "" } = await client().chat.postMessage({ channel: CHANNEL, text: "parent" });
    workspace.remove(channel, { ts });
    const child = await client().chat.postMessage({ channel: CHANNEL, text: "child", thread_ts: ts });
    expect(child.message).not.toHaveProperty("thread_ts");
    expect(seenMessages(channel)).toMatchObject([{ text: "child", thread: [] }]);
  });

  it("takes a burst, then one message a second for each channel, and says how long to wait", async () => {
    const { client, workspace, app, pass } = await start();
    const other = workspace.createChannel({ id: "C0000000002", name: "other" });
    other.bots.add(app.botId);
    const post = (channel = CHANNEL) => client().chat.postMessage({ channel, text: "hello" });
    for (let burst = 0; burst < 5; burst += 1) await post();
    await expect(post()).rejects.toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 1 });
    expect(await post("C0000000002")).toMatchObject({ ok: true });
    pass(1);
    expect(await post()).toMatchObject({ ok: true });
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
  });

  it("cuts a text of more than 40,000 characters, and says so", async () => {
    const { client, channel } = await start();
    const long = await client().chat.postMessage({ channel: CHANNEL, text: "𝒳".repeat(40_001) });
    expect(long.response_metadata?.warnings).toEqual(["message_truncated"]);
    expect(Array.from(seenMessages(channel)[0]?.text ?? "")).toHaveLength(40_000);
  });
});

describe("slack:chat.update", () => {
  it("replaces the text and the blocks, and keeps what they were for whoever looks", async () => {
    const { client, channel } = await start();
    const blocks = [section("one")];
    const { ts = "" } = await client().chat.postMessage({ channel: CHANNEL, text: "one", blocks });
    expect(
      await client().chat.update({ channel: CHANNEL, ts, text: "two", blocks: [section("*two*")] }),
    ).toMatchObject({ ok: true, channel: CHANNEL, ts, text: "two" });
    expect(seenMessages(channel)).toMatchObject([{ text: "two", lines: ["*two*"], before: ["one"] }]);
    expect(channelText(channel)).toBe("Warrener (edited once)\n*two*");
  });

  it("refuses what is gone, another's, named by the channel's name, in an archive, or too long", async () => {
    const { client, workspace, channel } = await start();
    const { ts = "" } = await client().chat.postMessage({ channel: CHANNEL, text: "one" });
    const update = (changes: Record<string, unknown> = {}) =>
      client().apiCall("chat.update", { channel: CHANNEL, ts, text: "two", ...changes });
    expect(await refusalOf(update({ ts: "1795248000.999999" }))).toBe("message_not_found");
    expect(await refusalOf(update({ channel: "link" }))).toBe("channel_not_found");
    expect(await refusalOf(update({ text: "x".repeat(4_001) }))).toBe("msg_too_long");
    const person = workspace.say(channel, "what is that?");
    expect(await refusalOf(update({ ts: person.ts }))).toBe("cant_update_message");
    workspace.settings.mayEdit = false;
    expect(await refusalOf(update())).toBe("edit_window_closed");
    channel.isArchived = true;
    expect(await refusalOf(update())).toBe("is_inactive");
  });
});

describe("slack:chat.delete", () => {
  it("takes a message away, and leaves a trace of one with replies", async () => {
    const { client, channel, workspace } = await start();
    const one = await client().chat.postMessage({ channel: CHANNEL, text: "one" });
    const two = await client().chat.postMessage({ channel: CHANNEL, text: "two" });
    workspace.say(channel, "why?", two.ts);
    for (const { ts = "" } of [one, two]) await client().chat.delete({ channel: CHANNEL, ts });
    expect(seenMessages(channel)).toMatchObject([{ isDeleted: true, thread: [{ text: "why?" }] }]);
    const again = client().chat.delete({ channel: CHANNEL, ts: two.ts ?? "" });
    expect(await refusalOf(again)).toBe("message_not_found");
    const { messages } = await client().conversations.history({ channel: CHANNEL });
    expect(messages).toMatchObject([{ subtype: "tombstone", reply_count: 1 }]);
  });

  it("refuses a person's message, and any where the workspace keeps them all", async () => {
    const { client, channel, workspace } = await start();
    const remove = (ts = "") => client().chat.delete({ channel: CHANNEL, ts });
    const person = workspace.say(channel, "mine");
    expect(await refusalOf(remove(person.ts))).toBe("cant_delete_message");
    const { ts } = await client().chat.postMessage({ channel: CHANNEL, text: "one" });
    workspace.settings.mayDelete = false;
    expect(await refusalOf(remove(ts))).toBe("compliance_exports_prevent_deletion");
  });
});
