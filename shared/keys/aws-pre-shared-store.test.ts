import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { writeAsk } from "../asks/aws-asks.ts";
import { dynamoFreeze } from "../freeze/aws-freeze.ts";
import { marshall, type PlainItem } from "../journal/items.ts";
import { dynamoTunnels } from "../tunnels/aws-memory.ts";
import { NO_MEMORY } from "../tunnels/schema.ts";
import { dynamoPreShared } from "./aws-pre-shared-store.ts";
import { NO_PRE_SHARED_MEMORY, type PreSharedMemory } from "./pre-shared-schema.ts";
import { memoryWith, NOW, tunnelsMemoryWith } from "./test-pre-shared.ts";

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
  const table = { client, table: TABLE, link: "test-link" };
  const put = (sk: string, item: PlainItem, pk = "link#test-link") =>
    client.send(new PutItemCommand({ TableName: TABLE, Item: marshall({ pk, sk, ...item }) }));
  const tunnels = dynamoTunnels(table);
  const queries = () => world.kernel.calls("dynamodb:Query").length;
  return { table, put, tunnels, queries, ...dynamoPreShared(table, tunnels) };
}

const memory: PreSharedMemory = {
  ...memoryWith({
    attempt: { tunnel: "one-a", versionId: "p", startedAt: NOW, turnedBack: "unsafe" },
    failed: { tunnel: "one-b", at: NOW, reason: "not-up-in-time" },
  }),
  version: 0,
};
const work = { tunnel: "one-a", startedAt: NOW, dueAt: NOW + 5_400 };

describe("dynamoPreShared", () => {
  it("has nothing at first, and no freeze", async () => {
    const { store, freeze } = await start();
    expect(freeze()).toBeNull();
    expect(await store.read()).toEqual({
      memory: NO_PRE_SHARED_MEMORY,
      tunnelsMemory: NO_MEMORY,
      incidents: [],
      frozen: false,
      askedFor: new Map(),
    });
    expect(freeze()).toMatchObject({ frozen: false });
  });

  it("keeps everything to the letter, counts its writes, and builds on no other's", async () => {
    const { store } = await start();
    const written = await store.write(memory);
    expect(written).toEqual({ ...memory, version: 1 });
    const read = (await store.read()).memory;
    expect(JSON.stringify(read)).toBe(JSON.stringify(written));
    expect(await store.write(memory)).toBeNull();
    expect(read === null ? null : await store.write(read)).toMatchObject({ version: 2 });
    expect(read === null ? null : await store.write(read)).toBeNull();
  });

  it("leaves what another version wrote as it is", async () => {
    const { store, put } = await start();
    await put("memory#pre-shared-keys", { version: "one" });
    expect((await store.read()).memory).toBeNull();
    expect(await store.write(memory)).toBeNull();
  });

  it("reads what is asked for, the freeze and the tunnels' memory with one call, and the incidents with another", async () => {
    const { store, put, queries, table, incidents, tunnels } = await start();
    await writeAsk(table, { name: "one-b", at: NOW, actor: "arn:aws:iam::111122223333:user/alice" });
    await dynamoFreeze(table).say({ frozen: true, reason: "drill", by: "alice", at: NOW, settled: false });
    await put("change#2026-11-21T08:00:00.000Z#1", { of: "the outbox" });
    await put("incident#tunnels", { of: "another version" }, "incidents#test-link");
    await tunnels.write({ ...tunnelsMemoryWith(), version: 0 });
    const before = queries();
    expect(await store.read()).toMatchObject({
      incidents: [{ key: "tunnels", severity: "warning" }],
      frozen: true,
      askedFor: new Map([["one-b", NOW]]),
      tunnelsMemory: { version: 1, tunnels: [{ name: "one-a" }, { name: "one-b" }] },
    });
    expect((await incidents.readIncidents()).unreadable).toEqual(["tunnels"]);
    expect(queries() - before).toBe(2);
    await incidents.readIncidents();
    expect(queries() - before).toBe(3);
  });
});

describe("announce", () => {
  it("writes planned work into what the tunnels concern remembers, and takes it away", async () => {
    const { store, tunnels } = await start();
    await tunnels.write({ ...tunnelsMemoryWith(), version: 0 });
    expect(await store.announce(work)).toBe(true);
    expect((await tunnels.read()).memory).toMatchObject({
      version: 2,
      work: { ...work, reason: "planned" },
      tunnels: [{ name: "one-a" }, { name: "one-b" }],
    });
    expect(await store.announce({ ...work, tunnel: "one-b" })).toBe(true);
    expect(await store.announce(null)).toBe(true);
    expect((await tunnels.read()).memory?.work).toBeNull();
  });

  it("is possible before the tunnels were ever looked at", async () => {
    const { store, tunnels } = await start();
    expect(await store.announce(work)).toBe(true);
    expect((await tunnels.read()).memory).toMatchObject({ version: 1, work: { tunnel: "one-a" } });
  });

  it("writes nothing when there is no work to be taken away", async () => {
    const { store, tunnels } = await start();
    expect(await store.announce(null)).toBe(true);
    expect((await tunnels.read()).memory?.version).toBe(0);
  });

  it("gives way to a repair, to another run's writing, and to what another version wrote", async () => {
    const { store, tunnels, put } = await start();
    const repair = { ...work, reason: "repair" } as const;
    await tunnels.write({ ...NO_MEMORY, work: repair });
    expect([await store.announce(work), await store.announce(null)]).toEqual([false, false]);
    expect((await tunnels.read()).memory?.work).toEqual(repair);
    await put("memory#tunnels", { version: "one" });
    expect(await store.announce(work)).toBe(false);
    const late = { ...tunnels, write: async () => null };
    await put("memory#tunnels", { ...NO_MEMORY, version: 1, tunnels: [], worst: null });
    const { table } = await start();
    expect(await dynamoPreShared(table, late).store.announce(work)).toBe(false);
  });
});
