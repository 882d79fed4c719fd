import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createTunnelsModel } from "../../local/model/tunnels.ts";
import { NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import { marshall } from "../journal/items.ts";
import { dynamoTunnels } from "./aws-memory.ts";
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
  const store = dynamoTunnels({ client, table: TABLE, link: "test-link" });
  const queries = () => world.kernel.calls("dynamodb:Query").length;
  return { put, client, store, queries };
}

const repair = { tunnel: "one-a", kind: "reset-azure", at: AT } as const;
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
    expect(await store.read()).toMatchObject({ memory: NO_MEMORY, freeze: NEVER_FROZEN });
  });

  it("keeps everything to the letter, and counts its writes", async () => {
    const store = await open();
    const written = await store.write(memory);
    expect(written).toEqual({ ...memory, version: 1 });
    const { memory: read } = await store.read();
    expect(JSON.stringify(read)).toBe(JSON.stringify(written));
    expect(read === null ? null : await store.write(read)).toMatchObject({ version: 2 });
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

describe("dynamoTunnels", () => {
  it("is frozen by whatever stands there, and reads past the lease and what others remember, with one call", async () => {
    const { store, put, queries } = await start();
    await store.write(memory);
    await put("memory#asked#one-a");
    await put("lease");
    await put("change#2026-11-21T08:00:00.000Z#1");
    expect(await store.read()).toMatchObject({ freeze: NEVER_FROZEN, memory: { version: 1 } });
    expect(queries()).toBe(1);
    await put("freeze", { of: { S: "another version" } });
    expect(await store.read()).toMatchObject({ freeze: UNREADABLE, memory: { version: 1 } });
  });

  it("says that what stands there is in another form, reads the freeze all the same, and writes nothing over it", async () => {
    const { store, put } = await start();
    await put("memory#tunnels", { version: { S: "one" } });
    expect(await store.read()).toMatchObject({ memory: null, freeze: NEVER_FROZEN });
    expect(await store.write(memory)).toBeNull();
    expect((await store.read()).memory).toBeNull();
  });

  it("reads what the version before wrote, which knew less", async () => {
    const { store, put } = await start();
    const tunnel = {
      ...{ name: { S: "one-a" }, lostSince: { N: String(AT) }, disagreeSince: { NULL: true } },
      ...{ unknownSince: { NULL: true }, losses: { L: [] }, repairs: { L: [] } },
      ...{ maintenance: { NULL: true }, maintenanceDueAt: { N: "0" } },
    } as const;
    await put("memory#tunnels", {
      version: { N: "3" },
      tunnels: { L: [{ M: tunnel }] },
      work: { NULL: true },
    });
    expect((await store.read()).memory).toMatchObject({
      tunnels: [{ lostSince: AT, hurtSince: null, doubtSince: null, maintenanceUnseen: null }],
      heldUp: null,
      worst: null,
    });
  });

  it("reads in the same call whose ends have different pre-shared keys", async () => {
    const { store, put } = await start();
    expect((await store.read()).endsDiffer).toEqual([]);
    const known = { upSince: null, comparedAt: AT + 60, inPlaceSince: null, blind: null, asked: [] };
    const tunnels = [
      { name: "one-a", differSince: AT, ...known },
      { name: "one-b", differSince: null, ...known },
    ];
    await put("memory#pre-shared-keys", marshall({ version: 3, tunnels, attempt: null, failed: null }));
    expect((await store.read()).endsDiffer).toEqual([{ tunnel: "one-a", comparedAt: AT + 60 }]);
    await put("memory#pre-shared-keys", { version: { S: "of another version" } });
    expect((await store.read()).endsDiffer).toEqual([]);
  });
});
