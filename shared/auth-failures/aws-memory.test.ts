import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { dynamoAuthMemory } from "./aws-memory.ts";
import { NO_MEMORY } from "./memory.ts";
import { knocks, line, refused, TUNNEL_IP, take } from "./test-auth.ts";

const TABLE = "journal";
const KEY = { pk: { S: "auth#test-link" }, sk: { S: "memory#auth-failures" } };
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
  return { client, store: dynamoAuthMemory({ client, table: TABLE, link: "test-link" }) };
}

const memory = take(NO_MEMORY, [
  ...knocks(40),
  line(null),
  line(refused("expired", { identity: "bunny.example.com", serial: "a1" })),
  line(refused("ike-authentication", { tunnel: TUNNEL_IP })),
]);

describe("dynamoAuthMemory", () => {
  it("has nothing at first, keeps everything to the letter, and counts its writes", async () => {
    const { store } = await start();
    expect(await store.read()).toEqual({ memory: NO_MEMORY, isLost: false });
    const written = await store.write(memory);
    expect(written).toEqual({ ...memory, version: 1 });
    expect(await store.read()).toEqual({ memory: written, isLost: false });
  });

  it("writes nothing over what another run has written meanwhile, the first one included", async () => {
    const { store } = await start();
    await store.write(memory);
    expect(await store.write(NO_MEMORY)).toBeNull();
    const { memory: read } = await store.read();
    expect(await store.write(read)).toMatchObject({ version: 2 });
    expect(await store.write(read)).toBeNull();
  });

  it("begins anew where it cannot read what is there, and says so", async () => {
    const { client, store } = await start();
    const Item = { ...KEY, version: { N: "7" }, slots: { S: "of another release" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    const { memory: anew, isLost } = await store.read();
    expect([anew, isLost]).toEqual([{ ...NO_MEMORY, version: 7 }, true]);
    await store.write(anew);
    expect(await store.read()).toEqual({ memory: { ...NO_MEMORY, version: 8 }, isLost: false });
  });

  it("never takes an item without a version for none", async () => {
    const { client, store } = await start();
    const Item = KEY;
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    await expect(store.read()).rejects.toMatchObject({
      code: "unreadable-item",
      target: "memory#auth-failures",
    });
  });
});
