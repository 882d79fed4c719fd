import { randomUUID } from "node:crypto";
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { dynamoLease, LEASE_SECONDS } from "./aws-lease.ts";

const TABLE = "journal";
const START = 1_795_248_000;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const FUNCTION_MAX_SECONDS = 900;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  // As deployed: a call that was not answered is made again.
  const client = new DynamoDBClient({ ...world.client(), maxAttempts: 3 });
  const time = { now: START };
  const of = (link: string) =>
    dynamoLease({ client, table: TABLE, link, clock: () => time.now, newGrant: randomUUID });
  return { client, time, of, lease: of("test-link"), dynamodb, kernel: world.kernel };
}

describe("dynamoLease", () => {
  it("is held by one, and numbers each grant higher than all before", async () => {
    const { lease } = await start();
    expect(await lease.acquire("one")).toEqual({ fence: 1 });
    expect(await lease.acquire("two")).toEqual({ holder: "one", until: START + LEASE_SECONDS });
    await lease.release(1);
    expect(await lease.acquire("two")).toEqual({ fence: 2 });
  });

  it("is not had twice by one holder, whose first grant may still be at work", async () => {
    const { lease } = await start();
    await lease.acquire("one");
    expect(await lease.acquire("one")).toMatchObject({ holder: "one" });
  });

  it("is had by who asked for it although the answer was lost, and asked again", async () => {
    const { lease, kernel } = await start();
    const effect = { kind: "lose-connection" } as const;
    kernel.faults.add({ operation: "dynamodb:UpdateItem", nth: 1, when: "after", effect });
    expect(await lease.acquire("one")).toEqual({ fence: 1 });
    expect(await lease.check(1)).toBe(true);
    expect(await lease.acquire("two")).toMatchObject({ holder: "one" });
    await lease.release(1);
    expect(await lease.acquire("two")).toEqual({ fence: 2 });
  });

  it("cannot tell who holds it when it is gone the moment after it was held", async () => {
    const { client, lease } = await start();
    await lease.acquire("one");
    const Key = { pk: { S: "link#test-link" }, sk: { S: "lease" } };
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === "GetItemCommand")
            await client.send(new DeleteItemCommand({ TableName: TABLE, Key }));
          return await next(args);
        },
      { step: "initialize" },
    );
    await expect(lease.acquire("two")).rejects.toMatchObject({ code: "lease-vanished", retryable: true });
  });

  it("is given to one of many that ask at once", async () => {
    const { lease } = await start();
    const granted = await Promise.all(Array.from({ length: 10 }, (_, run) => lease.acquire(`run-${run}`)));
    expect(granted.filter((grant) => "fence" in grant)).toEqual([{ fence: 1 }]);
  });

  it("ends by itself, later than any function could still run", async () => {
    const { lease, time } = await start();
    await lease.acquire("one");
    time.now += FUNCTION_MAX_SECONDS;
    expect(await lease.check(1)).toBe(true);
    time.now = START + LEASE_SECONDS - 1;
    expect(await lease.acquire("two")).toMatchObject({ holder: "one" });
    time.now += 1;
    expect(await lease.acquire("two")).toEqual({ fence: 2 });
  });

  it("is not one's own any more once another holds it, or when it is about to end", async () => {
    const { lease, time } = await start();
    expect(await lease.check(1)).toBe(false);
    await lease.acquire("one");
    expect(await lease.check(1)).toBe(true);
    time.now = START + LEASE_SECONDS - 60;
    expect(await lease.check(1)).toBe(false);
    time.now = START + LEASE_SECONDS;
    await lease.acquire("two");
    expect(await lease.check(1)).toBe(false);
    expect(await lease.check(2)).toBe(true);
  });

  it("is not released by a holder who has lost it", async () => {
    const { lease, time } = await start();
    await lease.acquire("one");
    time.now += LEASE_SECONDS;
    await lease.acquire("two");
    await lease.release(1);
    expect(await lease.acquire("three")).toMatchObject({ holder: "two" });
  });

  it("is one for each link", async () => {
    const { of } = await start();
    await of("link-a").acquire("one");
    expect(await of("link-b").acquire("one")).toEqual({ fence: 1 });
  });

  it("cannot tell when what stands there is in another form", async () => {
    const { client, lease } = await start();
    const Item = { pk: { S: "link#test-link" }, sk: { S: "lease" }, fence: { S: "one" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    await expect(lease.check(1)).rejects.toMatchObject({ name: "CloudError", code: "unreadable-item" });
  });
});
