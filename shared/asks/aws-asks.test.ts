import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { marshall } from "../journal/items.ts";
import { readAll } from "../journal/pages.ts";
import type { Ask } from "./ask.ts";
import { readAskedAt, readAsks, settleAsk, writeAsk } from "./aws-asks.ts";

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
  const table = { client, table: TABLE, link: "test-link" };
  const items = () => readAll({ client, table: TABLE, pk: "link#test-link" });
  return { table, items };
}

const ask = { name: "bunny-client", at: AT, actor: "alice", serial: "abc" };

describe("the asks in the journal's table", () => {
  it("stand with who asked, when, and what is to be replaced, until they are done", async () => {
    const { table, items } = await start();
    await writeAsk(table, ask);
    await writeAsk(table, { name: "one-a", at: AT, actor: "bob" });
    expect(readAsks(await items())).toEqual(
      new Map<string, Ask>([
        ["bunny-client", ask],
        ["one-a", { name: "one-a", at: AT, actor: "bob" }],
      ]),
    );
    expect(readAskedAt(await items()).get("one-a")).toBe(AT);
    await settleAsk(table, "one-a", AT);
    expect([...readAsks(await items()).keys()]).toEqual(["bunny-client"]);
  });

  it("are kept for a day once they are done, and no longer", async () => {
    const { table, items } = await start();
    await writeAsk(table, ask);
    expect((await items())[0]).not.toHaveProperty("expiresAt");
    await settleAsk(table, ask.name, AT);
    expect((await items())[0]).toMatchObject({ expiresAt: { N: String(AT + 86_400) } });
    await writeAsk(table, { ...ask, at: AT + 60 });
    expect((await items())[0]).not.toHaveProperty("expiresAt");
  });

  it("stand when they were asked for again meanwhile, and settling what is not there is no failure", async () => {
    const { table, items } = await start();
    await writeAsk(table, { ...ask, at: AT + 1 });
    await settleAsk(table, ask.name, AT);
    await settleAsk(table, "nobody-asked", AT);
    expect(readAskedAt(await items()).get(ask.name)).toBe(AT + 1);
  });

  it("ask for nothing where they cannot be read", () => {
    const items = [
      marshall({ sk: "memory#asked#one", at: "now", actor: "alice", done: false }),
      marshall({ sk: "memory#tunnels", at: AT, actor: "alice", done: false }),
    ];
    expect(readAsks(items).size).toBe(0);
  });
});
