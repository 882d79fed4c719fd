import { describe, expect, it } from "vitest";
import { followChannel } from "./follow.ts";
import { SlackWorkspace } from "./workspace.ts";

function start() {
  const workspace = new SlackWorkspace(() => 1_795_248_000_000);
  const channel = workspace.createChannel({ id: "C0123456789", name: "link" });
  return { workspace, channel, look: followChannel(channel) };
}

describe("followChannel", () => {
  it("shows each message, reply and edit once", () => {
    const { workspace, channel, look } = start();
    expect(look()).toEqual([]);
    const message = workspace.say(channel, "one-a: down");
    expect(look()).toEqual(["#link one-a: down"]);
    expect(look()).toEqual([]);
    message.contents.push({ text: "Both tunnels: down", blocks: [] });
    workspace.say(channel, "one-a: reset", message.ts);
    expect(look()).toEqual(["#link (edited) Both tunnels: down", "#link ↳ one-a: reset"]);
    expect(look()).toEqual([]);
  });

  it("passes over an edit that changed no text", () => {
    const { workspace, channel, look } = start();
    const message = workspace.say(channel, "one-a: down");
    look();
    message.contents.push({ text: "one-a: down", blocks: [] });
    expect(look()).toEqual([]);
  });

  it("says of a message that it was deleted, as long as its thread keeps its place", () => {
    const { workspace, channel, look } = start();
    const message = workspace.say(channel, "one-a: down");
    workspace.say(channel, "reset", message.ts);
    look();
    workspace.remove(channel, message);
    expect(look()).toEqual(["#link (deleted)"]);
    expect(look()).toEqual([]);
  });
});
