import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createAllowlistTelling } from "../../local/model/allowlist-telling.ts";
import { readAll } from "../journal/pages.ts";
import { dynamoAllowlistMemory, MEMORY_KEY, readAllowlistMemory } from "./aws-memory.ts";
import { type AllowlistMemory, NO_MEMORY, rememberLooked } from "./memory.ts";
import type { AllowlistMemoryStore } from "./memory-store.ts";
import { AT, closedFor, driftOf, report, seenOf, textOf } from "./test-reports.ts";

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
  const table = { client, table: TABLE, link: "test-link" };
  return { put, table, store: dynamoAllowlistMemory(table) };
}

const exception = { author: "carol", reason: "a move", until: AT - 1 };
/** Something of everything. */
const memory: AllowlistMemory = rememberLooked(NO_MEMORY, ["loader", "nodes", "relay"], {
  reports: [
    closedFor(22, seenOf("one", "alice", [22])),
    report({
      group: "nodes",
      drift: [
        driftOf(23, null),
        driftOf(24, null, { reason: "exception-over", certainty: "link", exception }),
      ],
      troubles: [{ kind: "blocked", rules: [textOf(443)] }],
    }),
  ],
  unread: [{ group: "loader", code: "Unavailable" }],
  now: AT,
});

/** What the tests of the telling rely on in the model is what the adapter really does. */
describe.each<[string, () => Promise<AllowlistMemoryStore>]>([
  ["the adapter, over DynamoDB", async () => (await start()).store],
  ["the model", async () => createAllowlistTelling().teller.memory],
])("%s", (_name, open) => {
  it("has nothing at first", async () => {
    expect(await (await open()).read()).toEqual(NO_MEMORY);
  });

  it("keeps everything to the letter, and counts its writes", async () => {
    const store = await open();
    expect(await store.write(memory)).toEqual({ ...memory, version: 1 });
    const read = await store.read();
    expect(read).toEqual({ ...memory, version: 1 });
    expect(JSON.stringify(read)).toBe(JSON.stringify({ ...memory, version: 1 }));
    expect(await store.write(read)).toMatchObject({ version: 2 });
  });

  it("lets the first of two runs write, and not the second", async () => {
    const store = await open();
    expect(await store.write(memory)).not.toBeNull();
    expect(await store.write(memory)).toBeNull();
    expect(await store.write({ ...memory, version: 1 })).not.toBeNull();
    expect(await store.write({ ...memory, version: 1, heals: [] })).toBeNull();
    expect((await store.read()).heals).toEqual(memory.heals);
  });
});

describe("dynamoAllowlistMemory", () => {
  it("is found among the items of a query that ends with it", async () => {
    const { store, table, put } = await start();
    expect(readAllowlistMemory([])).toEqual(NO_MEMORY);
    await store.write(memory);
    await put("allowlist#relay");
    await put("memory#tunnels");
    const pk = `link#${table.link}`;
    const items = await readAll({ ...table, pk, from: "allowlist#", to: MEMORY_KEY });
    expect(items).toHaveLength(2);
    expect(readAllowlistMemory(items)).toEqual({ ...memory, version: 1 });
  });

  it("cannot tell when what stands there is in another form", async () => {
    const { store, put } = await start();
    await put("memory#allowlists", { version: { S: "one" } });
    await expect(store.read()).rejects.toMatchObject({ name: "CloudError", code: "unreadable-item" });
  });
});
