/** Whatever Slack, or what lies before it, may say: who must act, and may the message stand there? */
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import {
  CHANNEL,
  startSlack,
  type TestSlack,
  type TestSlackOptions,
  TOKEN,
} from "../../../local/slack/test-slack.ts";
import type { Effect } from "../../../local/stand-in/faults.ts";
import { CloudError, ConfigError } from "../../runtime/errors.ts";
import { Secret } from "../../runtime/secret.ts";
import { incidentOf } from "../test-conditions.ts";

const opened: TestSlack[] = [];

async function start(options: TestSlackOptions = {}): Promise<TestSlack> {
  const started = await startSlack(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const started of opened.splice(0)) await started.close();
});

const incident = incidentOf("tunnels");
const told = { channel: CHANNEL, ts: "1795248000.000001" };

const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );

/** What the telling goes by. */
function meaning(error: unknown) {
  if (error instanceof ConfigError) return { operator: error.message };
  if (!(error instanceof CloudError)) throw error;
  const { provider, operation, target, code, retryable, throttled, retryAfterSeconds } = error;
  return { provider, operation, target, code, retryable, throttled, retryAfterSeconds };
}

const placed = (effect: Effect, when: "before" | "after" = "before") => ({
  operation: "slack:chat.postMessage",
  nth: 1,
  when,
  effect,
});
const refuse = (status: number, code: string): Effect => ({ kind: "refuse", status, code, message: code });

describe("the token", () => {
  it("is the operator's to mend, and never stands in an error", async () => {
    const { messenger, workspace, app } = await start();
    const refused = [
      await failureOf(messenger({ token: async () => new Secret("xoxb-wrong") }).post(incident)),
    ];
    app.state = "removed";
    refused.push(await failureOf(messenger().post(incident)));
    app.state = "installed";
    workspace.replaceToken(app, "xoxb-new");
    refused.push(await failureOf(messenger().update(told, incident)));
    const remedy = "put the Slack app's current bot token into the stage's secret slack-token";
    expect(refused.map(meaning)).toEqual([
      { operator: `Slack refused chat.postMessage with invalid_auth: ${remedy}` },
      { operator: `Slack refused chat.postMessage with account_inactive: ${remedy}` },
      { operator: `Slack refused chat.update with token_revoked: ${remedy}` },
    ]);
    expect(inspect(refused, { depth: 10, showHidden: true })).not.toMatch(/xoxb-(wrong|1234)/);
  });

  it("is named with the scope that it lacks", async () => {
    const { messenger } = await start({ scopes: ["channels:history"] });
    expect(meaning(await failureOf(messenger().post(incident)))).toEqual({
      operator:
        "Slack refused chat.postMessage with missing_scope: give the Slack app the bot scope chat:write, install it again, and put its token into the stage's secret slack-token",
    });
  });

  it("is read once, and again after Slack did not take it", async () => {
    const { messenger, workspace, app } = await start();
    const tokens: string[] = [];
    const current = messenger({
      token: async () => {
        tokens.push(app.token);
        return new Secret(app.token);
      },
    });
    await current.post(incident);
    await current.post(incident);
    expect(tokens).toEqual([TOKEN]);
    workspace.replaceToken(app, "xoxb-new");
    expect(await failureOf(current.post(incident))).toBeInstanceOf(ConfigError);
    await current.post(incident);
    expect(tokens).toEqual([TOKEN, "xoxb-new"]);
  });

  it("that cannot be read is asked for anew each time, and the failure is told as it is", async () => {
    const { messenger } = await start();
    const failure = new CloudError({
      provider: "aws",
      operation: "GetSecretValue",
      target: "slack-token",
      code: "unreachable",
      retryable: true,
    });
    let reads = 0;
    const broken = messenger({
      token: () => {
        reads += 1;
        return reads === 1 ? Promise.reject(failure) : Promise.resolve(new Secret(TOKEN));
      },
    });
    expect(await failureOf(broken.post(incident))).toBe(failure);
    expect(await broken.post(incident)).toMatchObject({ channel: CHANNEL });
  });
});

describe("the channel", () => {
  it("is the operator's to mend, in words that say how", async () => {
    const { messenger, workspace, app, channel } = await start();
    const post = async () => meaning(await failureOf(messenger().post(incident)));
    expect(meaning(await failureOf(messenger({ channel: "C0000000009" }).post(incident)))).toMatchObject({
      operator: expect.stringMatching(
        /channel_not_found: is C0000000009 the id of a channel .*alerts\.slack\.channel/,
      ),
    });
    channel.bots.delete(app.botId);
    expect(await post()).toEqual({
      operator: `Slack refused chat.postMessage with not_in_channel: invite the Slack app into the channel ${CHANNEL}`,
    });
    channel.bots.add(app.botId);
    const message = workspace.say(channel, "x");
    channel.isArchived = true;
    expect(await post()).toMatchObject({ operator: expect.stringMatching(/is_archived: .*is archived/) });
    const update = messenger().update({ channel: CHANNEL, ts: message.ts }, incident);
    expect(meaning(await failureOf(update))).toMatchObject({
      operator: expect.stringMatching(/is_inactive/),
    });
  });
});

describe("Slack itself", () => {
  const post = async (effect: Effect, when: "before" | "after" = "before") => {
    const { kernel, messenger, channel } = await start();
    kernel.faults.add(placed(effect, when));
    const failure = meaning(await failureOf(messenger().post(incident)));
    expect(kernel.calls("slack:chat.postMessage")).toHaveLength(1);
    return { failure, stands: channel.messages.size };
  };
  const about = { provider: "slack", operation: "chat.postMessage", target: "tunnels", throttled: false };

  it("may take no more for now, and says for how long", async () => {
    const { messenger } = await start();
    for (let burst = 0; burst < 5; burst += 1) await messenger().post(incident);
    expect(meaning(await failureOf(messenger().post(incident)))).toEqual({
      ...about,
      code: "ratelimited",
      retryable: true,
      throttled: true,
      retryAfterSeconds: 1,
    });
  });

  it("may say that without a time to wait", async () => {
    const { failure } = await post(refuse(429, "ratelimited"));
    expect(failure).toMatchObject({ code: "ratelimited", throttled: true, retryAfterSeconds: 60 });
    const inBody = await post(refuse(200, "ratelimited"));
    expect(inBody.failure).toMatchObject({ code: "ratelimited", throttled: true, retryAfterSeconds: 60 });
  });

  it("leaves it open what was done when its server fails, or the answer is lost", async () => {
    for (const [effect, code] of [
      [refuse(503, "service_unavailable"), "http-503"],
      [refuse(200, "internal_error"), "internal_error"],
      [refuse(200, "fatal_error"), "fatal_error"],
      [{ kind: "lose-connection" }, "unreachable"],
    ] as const) {
      for (const when of ["before", "after"] as const) {
        const { failure, stands } = await post(effect, when);
        expect(failure, code).toMatchObject({ ...about, code, retryable: true });
        expect(stands).toBe(when === "after" ? 1 : 0);
      }
    }
  });

  it("has done nothing when it refuses for good", async () => {
    for (const code of ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"]) {
      const { failure, stands } = await post(refuse(200, code));
      expect(failure).toMatchObject({ ...about, code, retryable: false });
      expect(stands).toBe(0);
    }
  });
});

describe("what lies before Slack", () => {
  const through = async (answer: (signal: AbortSignal | undefined) => Promise<Response>) => {
    const { messenger } = await start();
    const asked = messenger({ fetch: (_, init) => answer(init?.signal) });
    return meaning(await failureOf(asked.post(incident)));
  };

  it("may answer with a page: nothing is known then", async () => {
    const page = new Response("<html>sign in</html>", { status: 200 });
    expect(await through(async () => page)).toMatchObject({ code: "unreadable-answer", retryable: true });
    const empty = new Response('{"ok":true}', { status: 200 });
    expect(await through(async () => empty)).toMatchObject({ code: "unreadable-answer", retryable: true });
  });

  it("may refuse: nothing was sent", async () => {
    const answer = async () => new Response("no", { status: 403, headers: { "set-cookie": "secret" } });
    expect(await through(answer)).toMatchObject({ code: "http-403", retryable: false });
  });

  it("may break off the answer", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
    expect(await through(async () => new Response(broken))).toMatchObject({
      code: "unreachable",
      retryable: true,
    });
  });

  it("gets a signal that ends each call", async () => {
    const failure = await through(async (signal) => {
      expect(signal).toBeInstanceOf(AbortSignal);
      throw new DOMException("too late", "TimeoutError");
    });
    expect(failure).toMatchObject({ code: "unreachable", retryable: true });
  });
});
