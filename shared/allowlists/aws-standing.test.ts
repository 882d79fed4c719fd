import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createAllowlistsModel } from "../../local/model/allowlists.ts";
import { NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import { marshall, type PlainItem } from "../journal/items.ts";
import { dynamoAllowlistMemory } from "./aws-memory.ts";
import { dynamoStanding } from "./aws-standing.ts";
import { NO_MEMORY } from "./memory.ts";
import type { Rule } from "./schema.ts";
import { type Kept, keptOf, NOTHING_KEPT, type StandingStore } from "./standing.ts";
import { BUNNY } from "./test-security-group.ts";

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
  const put = (sk: string, more: PlainItem = {}) =>
    client.send(
      new PutItemCommand({ TableName: TABLE, Item: marshall({ pk: "link#test-link", sk, ...more }) }),
    );
  const table = { client, table: TABLE, link: "test-link" };
  return { put, memory: dynamoAllowlistMemory(table), store: dynamoStanding(table) };
}

const RULES: Rule[] = [
  BUNNY,
  { ...BUNNY, protocol: "all", ports: null, description: "all of it" },
  { ...BUNNY, peer: { kind: "security-group", id: "sg-0a1b2c3d", account: "111122223333" } },
];
const SCOPE = { target: "aws/sg-0a1b2c3d", own: "all", directions: ["in", "out"] } as const;
const APPLIED: Kept = { ...NOTHING_KEPT, lastApplied: RULES, accepted: "a".repeat(64), scope: SCOPE };

/** What the tests of the loop rely on in the model is what the adapter really does. */
describe.each<[string, () => Promise<StandingStore>]>([
  ["the adapter, over DynamoDB", async () => (await start()).store],
  ["the model", async () => createAllowlistsModel({}, { met: false }).standing],
])("%s", (_name, open) => {
  it("has nothing at first", async () => {
    const standing = await (await open()).read("all");
    expect(standing).toMatchObject({ freeze: NEVER_FROZEN, kept: new Map() });
    expect(keptOf(standing, "relay")).toEqual(NOTHING_KEPT);
    expect(standing.lookOf("relay")).toMatchObject({ lookedAt: null, inOrderAt: null });
  });

  it("keeps rules to the letter, and counts its writes", async () => {
    const store = await open();
    expect(await store.keep("relay", APPLIED)).toEqual({ ...APPLIED, version: 1 });
    const kept = keptOf(await store.read(["relay"]), "relay");
    expect(kept).toEqual({ ...APPLIED, version: 1 });
    if (kept === "unreadable") throw new Error("unreadable");
    const none = { ...kept, lastApplied: null, accepted: null, scope: null };
    expect(await store.keep("relay", none)).toEqual({ ...none, version: 2 });
    expect(keptOf(await store.read("all"), "relay")).toEqual({ ...none, version: 2 });
  });

  it("lets the first of two runs write, and not the second", async () => {
    const store = await open();
    expect(await store.keep("relay", APPLIED)).not.toBeNull();
    expect(await store.keep("relay", NOTHING_KEPT)).toBeNull();
    expect(await store.keep("relay", { ...APPLIED, version: 1 })).not.toBeNull();
    expect(await store.keep("relay", { ...NOTHING_KEPT, version: 1 })).toBeNull();
    expect(keptOf(await store.read("all"), "relay")).toEqual({ ...APPLIED, version: 2 });
  });

  it("reads what is kept of the groups that it is asked for, and of no others", async () => {
    const store = await open();
    for (const group of ["relay", "relay-two", "loader"]) await store.keep(group, APPLIED);
    const keys = async (groups: "all" | readonly string[]) =>
      [...(await store.read(groups)).kept.keys()].toSorted();
    expect(await keys("all")).toEqual(["loader", "relay", "relay-two"]);
    expect(await keys(["relay"])).toEqual(["relay"]);
    expect(await keys([])).toEqual([]);
  });
});

describe("dynamoStanding", () => {
  it.each<["all" | readonly string[]]>([["all"], [["relay"]], [[]]])(
    "reads the word about the freeze and the memory with what is kept of %j",
    async (groups) => {
      const { put, memory, store } = await start();
      await memory.write({
        ...NO_MEMORY,
        looks: [
          { group: "relay", lookedAt: 5, inOrderAt: 4, nextAt: null, unreadSince: null, unreadCode: null },
        ],
      });
      await put("freeze", { of: "another version" });
      for (const key of ["lease", "memory#tunnels", "change#1"]) await put(key);
      const standing = await store.read(groups);
      expect(standing.freeze).toEqual(UNREADABLE);
      expect(standing.lookOf("relay")).toMatchObject({ lookedAt: 5, inOrderAt: 4 });
    },
  );

  it("reads what an earlier version kept, which did not say of which group", async () => {
    const { put, store } = await start();
    await put("allowlist#relay", { lastApplied: [], accepted: null, version: 3 });
    const kept = keptOf(await store.read(["relay"]), "relay");
    expect(kept).toEqual({ lastApplied: [], accepted: null, scope: null, unseenSince: null, version: 3 });
  });

  it("never takes what it cannot read for nothing kept, and reads the rest", async () => {
    const { put, store } = await start();
    await store.keep("loader", APPLIED);
    await put("allowlist#relay", { version: "one" });
    const standing = await store.read("all");
    expect(keptOf(standing, "relay")).toBe("unreadable");
    expect(keptOf(standing, "loader")).toMatchObject({ version: 1 });
  });

  it("needs no memory to go on: one in another form is as none", async () => {
    const { put, store } = await start();
    await put("memory#allowlists", { version: "one" });
    expect((await store.read("all")).lookOf("relay")).toMatchObject({ lookedAt: null });
  });
});
