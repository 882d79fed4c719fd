import { afterEach, describe, expect, it } from "vitest";
import { CHANNEL, refusalOf, startSlack, type TestSlack, type TestSlackOptions } from "./test-slack.ts";

const opened: TestSlack[] = [];

async function start(options: TestSlackOptions = {}): Promise<TestSlack> {
  const started = await startSlack(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const metadata = { event_type: "incident", event_payload: { id: "one" } };

async function withMessages(options: TestSlackOptions = {}) {
  const slack = await start(options);
  const stamps: string[] = [];
  for (const text of ["one", "two", "three", "four", "five"]) {
    const { ts = "" } = await slack.client().chat.postMessage({ channel: CHANNEL, text, metadata });
    stamps.push(ts);
    slack.pass(60);
  }
  return { ...slack, stamps };
}

const texts = ({ messages = [] }: { messages?: { text?: string }[] }) => messages.map(({ text }) => text);

describe("slack:conversations.history", () => {
  it("shows the newest first, in pages, without what is in threads", async () => {
    const { client, stamps } = await withMessages();
    await client().chat.postMessage({ channel: CHANNEL, text: "below", thread_ts: stamps[0] ?? "" });
    const first = await client().conversations.history({ channel: CHANNEL, limit: 3 });
    expect(texts(first)).toEqual(["five", "four", "three"]);
    expect(first).toMatchObject({ has_more: true });
    const cursor = first.response_metadata?.next_cursor ?? "";
    const second = await client().conversations.history({ channel: CHANNEL, limit: 3, cursor });
    expect(texts(second)).toEqual(["two", "one"]);
    expect(second).toMatchObject({ has_more: false, messages: [{}, { reply_count: 1 }] });
  });

  it("begins with the page of the oldest when only `oldest` is given", async () => {
    const { client, stamps } = await withMessages();
    const asked = { channel: CHANNEL, limit: 2, oldest: stamps[0] ?? "" };
    const first = await client().conversations.history(asked);
    expect(texts(first)).toEqual(["three", "two"]);
    expect(texts(await client().conversations.history({ ...asked, inclusive: true }))).toEqual([
      "two",
      "one",
    ]);
    expect(texts(await client().conversations.history({ ...asked, latest: "9999999999" }))).toEqual([
      "five",
      "four",
    ]);
  });

  it("shows metadata only when it is asked for", async () => {
    const { client } = await withMessages();
    const asked = { channel: CHANNEL, limit: 1 };
    const plain = await client().conversations.history(asked);
    expect(plain.messages?.[0]).not.toHaveProperty("metadata");
    const all = await client().conversations.history({ ...asked, include_all_metadata: true });
    expect(all).toMatchObject({ messages: [{ metadata }] });
  });

  it("keeps the metadata through an edit that does not name it, and drops it for an empty one", async () => {
    const { client, stamps } = await withMessages();
    const last = { channel: CHANNEL, ts: stamps[4] ?? "" };
    const shown = () =>
      client().conversations.history({ channel: CHANNEL, limit: 1, include_all_metadata: true });
    await client().chat.update({ ...last, text: "six" });
    expect(await shown()).toMatchObject({ messages: [{ text: "six", metadata, edited: {} }] });
    await client().apiCall("chat.update", { ...last, text: "seven", metadata: {} });
    expect((await shown()).messages?.[0]).not.toHaveProperty("metadata");
  });

  it("refuses a token without the scope for this kind of channel, and says which", async () => {
    const { client, workspace, app } = await start({ scopes: ["chat:write"] });
    const read = (channel = CHANNEL) => client().conversations.history({ channel });
    await expect(read()).rejects.toMatchObject({
      data: {
        error: "missing_scope",
        needed: "channels:history,groups:history,mpim:history,im:history",
        provided: "chat:write",
      },
    });
    app.scopes = new Set(["channels:history"]);
    const secret = workspace.createChannel({ id: "C0000000002", name: "secret", isPrivate: true });
    expect(await refusalOf(read("C0000000002"))).toBe("channel_not_found");
    secret.bots.add(app.botId);
    await expect(read("C0000000002")).rejects.toMatchObject({
      data: { error: "missing_scope", needed: "groups:history", provided: "channels:history" },
    });
    workspace.createChannel({ id: "C0000000003", name: "public" });
    expect(await refusalOf(read("C0000000003"))).toBe("not_in_channel");
    expect(await refusalOf(read("link"))).toBe("channel_not_found");
  });

  it("refuses a cursor, a time or a limit that is none", async () => {
    const { client } = await withMessages();
    const read = (changes: Record<string, unknown>) =>
      client().apiCall("conversations.history", { channel: CHANNEL, ...changes });
    expect(await refusalOf(read({ cursor: "x" }))).toBe("invalid_cursor");
    expect(await refusalOf(read({ oldest: "x" }))).toBe("invalid_ts_oldest");
    expect(await refusalOf(read({ latest: "x" }))).toBe("invalid_ts_latest");
    expect(await refusalOf(read({ limit: 1_000 }))).toBe("invalid_arguments");
  });
});

describe("slack:conversations.replies", () => {
  it("shows the message and then its replies, oldest first, in pages", async () => {
    const { client, stamps } = await withMessages();
    const ts = stamps[1] ?? "";
    for (const text of ["a", "b", "c"])
      await client().chat.postMessage({ channel: CHANNEL, text, thread_ts: ts, metadata });
    const asked = { channel: CHANNEL, ts, limit: 3, include_all_metadata: true };
    const first = await client().conversations.replies(asked);
    expect(texts(first)).toEqual(["two", "a", "b"]);
    expect(first).toMatchObject({
      messages: [{ thread_ts: ts, reply_count: 3 }, { thread_ts: ts, metadata }, {}],
    });
    const cursor = first.response_metadata?.next_cursor ?? "";
    expect(texts(await client().conversations.replies({ ...asked, cursor }))).toEqual(["c"]);
    expect(texts(await client().conversations.replies({ ...asked, ts: stamps[0] ?? "" }))).toEqual(["one"]);
  });

  it("refuses a thread that is not there", async () => {
    const { client } = await start();
    const read = client().conversations.replies({ channel: CHANNEL, ts: "1795248000.000001" });
    expect(await refusalOf(read)).toBe("thread_not_found");
  });
});

describe("createSlack", () => {
  it("takes JSON as well as forms, and nothing else", async () => {
    const { http } = await start();
    const send = async (type: string, body: string) => {
      const headers = { authorization: "Bearer xoxb-1234-of-no-workspace", "content-type": type };
      const url = "https://slack.com/api/chat.postMessage";
      return JSON.parse((await http.send({ method: "POST", url, headers, body })).body.toString());
    };
    const message = JSON.stringify({ channel: CHANNEL, text: "hello" });
    expect(await send("application/json; charset=utf-8", message)).toMatchObject({ ok: true });
    expect(await send("application/json", "[")).toMatchObject({ error: "invalid_form_data" });
    expect(await send("text/html", message)).toMatchObject({ error: "invalid_post_type" });
  });

  it("answers 501 by name for a method that it does not know", async () => {
    const { client, http } = await start();
    expect(await refusalOf(client().users.list({}))).toBe(501);
    const answer = await http.send({ url: "https://slack.com/help" });
    expect(answer.status).toBe(501);
    expect(answer.body.toString()).toContain("slack GET /help");
  });

  it("has limits for methods, too", async () => {
    const { client, pass } = await start();
    const read = () => client().conversations.history({ channel: CHANNEL });
    for (let calls = 0; calls < 50; calls += 1) await read();
    await expect(read()).rejects.toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 2 });
    pass(2);
    expect(await read()).toMatchObject({ ok: true });
  });

  it("is throttled, unavailable, or fails after the deed now and then, when not calm", async () => {
    const { client, channel, pass } = await start({ calm: false, seed: 5 });
    const outcomes = new Set<unknown>();
    let answered = 0;
    for (let turn = 0; turn < 300; turn += 1) {
      pass(1);
      const post = client().chat.postMessage({ channel: CHANNEL, text: "hello" });
      const outcome = await post.then(
        () => "ok",
        () => refusalOf(post),
      );
      if (outcome === "ok") answered += 1;
      outcomes.add(outcome);
    }
    expect(outcomes).toEqual(new Set(["ok", "slack_webapi_rate_limited_error", 503, "internal_error"]));
    expect(channel.messages.size).toBeGreaterThan(answered);
  });

  it("places faults before and after the deed, as rules say", async () => {
    const { client, channel, kernel } = await start();
    const post = () => client().chat.postMessage({ channel: CHANNEL, text: "hello" });
    kernel.faults.add({
      operation: "slack:chat.postMessage",
      nth: 1,
      when: "after",
      effect: { kind: "lose-connection" },
    });
    expect(await refusalOf(post())).toBe("slack_webapi_request_error");
    expect(channel.messages.size).toBe(1);
    expect(kernel.calls("slack:chat.postMessage")).toMatchObject([{ caller: "Warrener", outcome: "lost" }]);
  });
});
