import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { modelFreeze } from "../../local/model/freeze.ts";
import { dynamoFreeze } from "./aws-freeze.ts";
import { NEVER_FROZEN, UNREADABLE } from "./schema.ts";
import type { FreezeStore } from "./store.ts";

const TABLE = "journal";
const AT = 1_795_248_000;
const word = { frozen: true, reason: "a move of the gateway", by: "alice", at: AT, settled: false };
const thaw = { ...word, frozen: false, reason: "", at: AT + 60 };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const put = (more: object) =>
    client.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: { pk: { S: "link#test-link" }, sk: { S: "freeze" }, ...more },
      }),
    );
  return { put, store: dynamoFreeze({ client, table: TABLE, link: "test-link" }) };
}

/** What the tests of the runs rely on in the model is what the adapter really does. */
describe.each<[string, () => Promise<FreezeStore>]>([
  ["the adapter, over DynamoDB", async () => (await start()).store],
  ["the model", async () => modelFreeze(new Calls(new ModelClock(AT)))],
])("%s", (_name, open) => {
  it("has no word at first, and that freezes nothing", async () => {
    expect(await (await open()).read()).toEqual(NEVER_FROZEN);
  });

  it("keeps the later of two words, in whichever order they come", async () => {
    for (const words of [
      [word, thaw],
      [thaw, word],
    ]) {
      const store = await open();
      for (const one of words) await store.say(one);
      expect(await store.read()).toEqual({ frozen: false, word: thaw });
    }
  });

  it("takes no second word of the same second, so that nobody's word is lost unseen", async () => {
    const store = await open();
    expect(await store.say(word)).toBe(true);
    expect(await store.say({ ...thaw, at: AT })).toBe(false);
    expect(await store.read()).toEqual({ frozen: true, word });
  });

  it("settles a word, and none that has come since", async () => {
    const store = await open();
    await store.say(thaw);
    await store.settle(thaw);
    expect(await store.read()).toMatchObject({ word: { settled: true } });
    await store.say({ ...word, at: AT + 120 });
    await store.settle(thaw);
    expect(await store.read()).toMatchObject({ frozen: true, word: { settled: false } });
  });
});

describe("dynamoFreeze", () => {
  it.each([
    ["of an older form", { reason: { S: "x" }, by: { S: "alice" }, at: { N: "1" } }],
    ["without anything", {}],
    ["that says neither", { frozen: { S: "no" } }],
  ])("takes a word %s for one that freezes, and any other takes its place", async (_what, item) => {
    const { put, store } = await start();
    await put(item);
    expect(await store.read()).toEqual(UNREADABLE);
    expect(await store.say(thaw)).toBe(true);
    expect(await store.read()).toMatchObject({ frozen: false });
  });
});
