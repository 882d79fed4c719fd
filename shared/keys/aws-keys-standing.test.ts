import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { dynamoIncidents } from "../alerts/aws-store.ts";
import { planIncidents } from "../alerts/plan.ts";
import { condition, reportOf, SCOPE } from "../alerts/test-conditions.ts";
import { NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import { NO_KEY_MEMORY } from "./api-key-schema.ts";
import { dynamoKeysStanding } from "./aws-keys-standing.ts";

const TABLE = "journal";
const AT = 1_795_000_000;
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
  const put = (sk: string, more: object = {}) =>
    client.send(
      new PutItemCommand({ TableName: TABLE, Item: { pk: { S: "link#test-link" }, sk: { S: sk }, ...more } }),
    );
  const where = { client, table: TABLE, link: "test-link" };
  const store = dynamoKeysStanding(where);
  const incidents = dynamoIncidents(where);
  const calls = () =>
    world.kernel
      .calls()
      .map(({ operation }) => operation)
      .toSorted();
  return { put, store, incidents, calls };
}

const memory = { ...NO_KEY_MEMORY, movedAt: AT, vault: { id: "v1", since: AT } };

describe("dynamoKeysStanding", () => {
  it("has nothing at first", async () => {
    const { store } = await start();
    expect(await store.read()).toEqual({
      freeze: NEVER_FROZEN,
      asked: new Map(),
      kept: new Map(),
      incidents: [],
    });
  });

  it("keeps what is remembered of each key by itself", async () => {
    const { store } = await start();
    await store.keep("one", null, { memory, lookAt: AT });
    const first = await store.keep("two", null, { memory: NO_KEY_MEMORY, lookAt: AT });
    const second = await store.keep("two", first, { memory, lookAt: AT + 60 });
    expect(second).toEqual({ memory, lookAt: AT + 60, version: 2 });
    expect((await store.read()).kept).toEqual(
      new Map([
        ["one", { memory, lookAt: AT, version: 1 }],
        ["two", second],
      ]),
    );
  });

  it("keeps nothing when another run has written since", async () => {
    const { store } = await start();
    const first = await store.keep("one", null, { memory, lookAt: AT });
    await store.keep("one", first, { memory, lookAt: AT + 60 });
    expect(await store.keep("one", first, { memory, lookAt: AT + 1 })).toBeNull();
    expect(await store.keep("one", null, { memory, lookAt: AT + 1 })).toBeNull();
    expect((await store.read()).kept.get("one")?.lookAt).toBe(AT + 60);
  });

  it("knows the incidents that stand", async () => {
    const { store, incidents } = await start();
    const [opened] = planIncidents(SCOPE, [], reportOf(AT, [condition("tunnels")]));
    if (opened === undefined) throw new Error("nothing is opened");
    await incidents.write(opened);
    expect((await store.read()).incidents).toEqual([opened.after]);
  });

  it("reads in three calls, whatever waits in the outbox between what it reads", async () => {
    const { put, store, calls } = await start();
    await put("change#2026-11-21T00:00:00.000Z#1");
    await put("allowlist#relay");
    await store.keep("one", null, { memory, lookAt: AT });
    const before = calls().length;
    await store.read();
    expect(calls().length - before).toBe(3);
  });

  it("takes a memory of another version of this code for lost, and writes in its place", async () => {
    const { put, store } = await start();
    await put("api-key#one", { version: { N: "7" }, lookAt: { N: String(AT) }, memory: { M: {} } });
    const kept = (await store.read()).kept.get("one");
    expect(kept).toEqual({ memory: null, lookAt: AT, version: 7 });
    expect(await store.keep("one", kept ?? null, { memory, lookAt: AT })).toMatchObject({ version: 8 });
  });

  it("throws at an item that is none of ours, and takes a word about the freeze that cannot be read for one", async () => {
    const { put, store } = await start();
    await put("freeze", { frozen: { S: "perhaps" } });
    expect((await store.read()).freeze).toEqual(UNREADABLE);
    await put("api-key#one");
    await expect(store.read()).rejects.toMatchObject({ code: "unreadable-item" });
  });

  it("knows what people asked for until it is done, and what was asked for since", async () => {
    const { store, put } = await start();
    await store.ask("one", AT, "arn:aws:iam::111122223333:role/person");
    await store.ask("two", AT, "someone");
    await put("memory#asked#three", { at: { S: "now" } });
    expect((await store.read()).asked).toEqual(
      new Map([
        ["one", AT],
        ["two", AT],
      ]),
    );
    await store.ask("two", AT + 60, "someone");
    await store.settle("one", AT);
    await store.settle("two", AT);
    expect((await store.read()).asked).toEqual(new Map([["two", AT + 60]]));
    await store.ask("one", AT + 120, "someone");
    expect((await store.read()).asked.get("one")).toBe(AT + 120);
  });
});
