import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createTunnelsModel } from "../../local/model/tunnels.ts";
import { NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import { dynamoMemory } from "./aws-memory.ts";
import { withOutcome, withRepair } from "./memory.ts";
import type { MemoryStore } from "./memory-store.ts";
import { type Memory, NO_MEMORY } from "./schema.ts";
import { AT, down, planOf, up } from "./test-tunnels.ts";

const TABLE = "journal";
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
  return { put, client, store: dynamoMemory({ client, table: TABLE, link: "test-link" }) };
}

const repair = { tunnel: "one-a", kind: "reset-azure" } as const;
const maintained = { ...down("one-a"), maintenance: { pending: true, autoAppliedAt: AT + 60 } };
const planned = planOf([maintained, up("one-b")]).memory;
const memory: Memory = withOutcome(withRepair(planned, repair, AT), repair, {
  outcome: "begun",
  over: false,
});

/** What the tests of the loop rely on in the model is what the adapter really does. */
describe.each<[string, () => Promise<MemoryStore>]>([
  ["the adapter, over DynamoDB", async () => (await start()).store],
  ["the model", async () => createTunnelsModel().watcher().store],
])("%s", (_name, open) => {
  it("has nothing at first", async () => {
    const store = await open();
    expect(await store.read()).toEqual({ memory: NO_MEMORY, freeze: NEVER_FROZEN });
  });

  it("keeps everything to the letter, and counts its writes", async () => {
    const store = await open();
    const written = await store.write(memory);
    expect(written).toEqual({ ...memory, version: 1 });
    const { memory: read } = await store.read();
    expect(JSON.stringify(read)).toBe(JSON.stringify(written));
    expect(await store.write(read)).toMatchObject({ version: 2 });
  });

  it("lets the first of two runs write, and not the second", async () => {
    const store = await open();
    expect(await store.write(memory)).not.toBeNull();
    expect(await store.write(memory)).toBeNull();
    expect(await store.write({ ...memory, version: 1 })).not.toBeNull();
    expect(await store.write({ ...memory, version: 1, work: null })).toBeNull();
    expect((await store.read()).memory).toEqual({ ...memory, version: 2 });
  });
});

describe("dynamoMemory", () => {
  it("is frozen by whatever stands there, and reads past incidents and the lease", async () => {
    const { store, put } = await start();
    await store.write(memory);
    await put("incident#tunnels");
    await put("lease");
    await put("change#2026-11-21T08:00:00.000Z#1");
    expect(await store.read()).toMatchObject({ freeze: NEVER_FROZEN, memory: { version: 1 } });
    await put("freeze", { of: { S: "another version" } });
    expect(await store.read()).toMatchObject({ freeze: UNREADABLE, memory: { version: 1 } });
  });

  it("cannot tell when what stands there is in another form", async () => {
    const { store, put } = await start();
    await put("memory#tunnels", { version: { S: "one" } });
    await expect(store.read()).rejects.toMatchObject({ name: "CloudError", code: "unreadable-item" });
  });

  it("reads with one call", async () => {
    const { store } = await start();
    await store.read();
    expect(await store.read()).toEqual({ memory: NO_MEMORY, freeze: NEVER_FROZEN });
  });
});
