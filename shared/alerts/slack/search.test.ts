import { afterEach, describe, expect, it } from "vitest";
import {
  CHANNEL,
  startSlack,
  type TestSlack,
  type TestSlackOptions,
} from "../../../local/slack/test-slack.ts";
import { seenMessages } from "../../../local/slack/view.ts";
import { AT, action, incidentOf } from "../test-conditions.ts";

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

describe("find", () => {
  it("finds the messages of this incident alone, oldest first", async () => {
    const { messenger, pass, workspace, channel } = await start();
    const first = await messenger().post(incident);
    pass(2);
    await messenger().post(incidentOf("other", { id: "0".repeat(32) }));
    workspace.say(channel, `I wonder about ${incident.id}`);
    pass(2);
    const second = await messenger().post(incident);
    await messenger().reply(first, incident, note);
    expect(await messenger().find(incident)).toEqual([first, second]);
  });

  it("finds an edited message, and none that was deleted", async () => {
    const { messenger, workspace, channel } = await start();
    const told = await messenger().post(incident);
    await messenger().update(told, incident);
    expect(await messenger().find(incident)).toEqual([told]);
    workspace.say(channel, "why?", told.ts);
    workspace.remove(channel, told);
    expect(await messenger().find(incident)).toEqual([]);
  });

  it("does not take another app's message for ours", async () => {
    const { messenger, client, workspace } = await start();
    const other = workspace.createApp({ name: "Other", token: "xoxb-other", scopes: ["chat:write"] });
    workspace.channel(CHANNEL).bots.add(other.botId);
    const metadata = { event_type: "warrener_incident", event_payload: { incident: incident.id } };
    await client("xoxb-other").chat.postMessage({ channel: CHANNEL, text: "ours?", metadata });
    expect(await messenger().find(incident)).toEqual([]);
  });

  it("reads page after page", async () => {
    const { messenger, workspace, channel, pass } = await start();
    for (let count = 0; count < 250; count += 1) workspace.say(channel, `message ${count}`);
    pass(5);
    const told = await messenger().post(incident);
    expect(await messenger().find(incident)).toEqual([told]);
  });

  it("cannot tell when there are more messages than are read", async () => {
    const { messenger, workspace, channel } = await start();
    for (let count = 0; count < 801; count += 1) workspace.say(channel, `message ${count}`);
    expect(await messenger().find(incident)).toBe("cannot-search");
  });

  it("cannot look without the right, be it of the token or of the channel", async () => {
    const { messenger, app, channel } = await start({ scopes: ["chat:write", "chat:write.public"] });
    expect(await messenger().find(incident)).toBe("cannot-search");
    app.scopes = new Set([...app.scopes, "channels:history"]);
    channel.bots.delete(app.botId);
    expect(await messenger().find(incident)).toBe("cannot-search");
  });
});

describe("findNotes", () => {
  it("finds which notes of the incident stand in its thread", async () => {
    const { messenger, pass } = await start();
    const other = action("reset:2 <!channel> & \u{1F525}", AT + 90);
    const third = action("reset:3", AT + 120);
    const noted = { ...incident, notes: [note, other, third] };
    const told = await messenger().post(noted);
    for (const one of [note, other, other]) {
      pass(2);
      await messenger().reply(told, noted, one);
    }
    expect(await messenger().findNotes(told, noted)).toEqual([note.id, other.id]);
  });

  it("cannot look without the right", async () => {
    const { messenger } = await start({ scopes: ["chat:write"] });
    const told = await messenger().post(incident);
    expect(await messenger().findNotes(told, incident)).toBe("cannot-search");
  });

  it("finds none where the message is gone", async () => {
    const { messenger, channel, workspace } = await start();
    const told = await messenger().post(incident);
    workspace.remove(channel, told);
    expect(await messenger().findNotes(told, incident)).toEqual([]);
  });
});

describe("withdraw", () => {
  it("takes a second message away, and minds not if it is gone", async () => {
    const { messenger, channel } = await start();
    const first = await messenger().post(incident);
    const second = await messenger().post(incident);
    for (let times = 0; times < 2; times += 1) await messenger().withdraw(second, incident);
    expect([...channel.messages.keys()]).toEqual([first.ts]);
  });

  it("lets it say that it is one too many where nothing may be deleted, and it is not found again", async () => {
    const { messenger, channel, workspace } = await start();
    workspace.settings.mayDelete = false;
    const first = await messenger().post(incident);
    const second = await messenger().post(incident);
    await messenger().withdraw(second, incident);
    expect(seenMessages(channel)[1]?.lines).toEqual([expect.stringMatching(/^Told twice: /)]);
    expect(await messenger().find(incident)).toEqual([first]);
  });
});
