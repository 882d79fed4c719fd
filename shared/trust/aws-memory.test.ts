import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { dynamoJournal } from "../certificates/aws-journal.ts";
import { trustedEverywhere } from "./acknowledge.ts";
import { dynamoTrustMemory, TRUST_MEMORY } from "./aws-memory.ts";
import { fromView, NO_TRUST_MEMORY, toView } from "./memory.ts";
import { A, B, bundleOf, desired, NOW, running } from "./test-trust.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: "journal", partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const table = { client, table: "journal", link: "test-link" };
  const journal = dynamoJournal({ ...table, clock: () => NOW });
  const put = (more: object) =>
    client.send(
      new PutItemCommand({
        TableName: "journal",
        Item: { pk: { S: "link#test-link" }, sk: { S: TRUST_MEMORY }, ...more },
      }),
    );
  return { store: dynamoTrustMemory(table), put, read: async () => (await journal.readStanding()).trust };
}

const observed = running(bundleOf(2, [A, B], [{ serial: "5", until: NOW + 9 }]));
const memory = {
  ...NO_TRUST_MEMORY,
  words: [{ party: "relay", replica: "relay-0", version: "2-00ff", at: NOW, ms: 7, serials: ["a"] }],
  heardUntil: NOW,
  since: [{ what: "blind", at: NOW - 5 }],
  view: toView(observed, [A.id, B.id], NOW),
};

describe("dynamoTrustMemory", () => {
  it("has nothing at first, and then everything to the letter, read with what stands of the link", async () => {
    const { store, read } = await start();
    expect(await read()).toEqual(NO_TRUST_MEMORY);
    expect(await store.write(memory)).toEqual({ ...memory, version: 1 });
    expect(await read()).toEqual({ ...memory, version: 1 });
  });

  it("takes no write that was built on an older one", async () => {
    const { store } = await start();
    await store.write(memory);
    expect(await store.write(memory)).toBeNull();
    expect(await store.write({ ...memory, version: 1 })).toMatchObject({ version: 2 });
  });

  it("begins anew in the place of what another version of this code has written", async () => {
    const { store, put, read } = await start();
    await put({ version: { N: "7" }, words: { S: "other" } });
    const begun = await read();
    expect(begun).toEqual({ ...NO_TRUST_MEMORY, version: 7 });
    expect(await store.write({ ...NO_TRUST_MEMORY, version: 7 })).toMatchObject({ version: 8 });
    await put({ words: { S: "other" } });
    expect(await store.write(NO_TRUST_MEMORY)).toMatchObject({ version: 1 });
  });
});

describe("the view of the trust that the renewals go by", () => {
  it("decides the same as what was observed", () => {
    const seen = fromView(toView(observed, [A.id], NOW), {
      words: [
        {
          party: "relay",
          replica: "relay-0",
          version: bundleOf(2, [A, B], []).version,
          at: NOW,
          ms: 0,
          serials: [],
        },
      ],
    });
    expect(seen).toMatchObject({ signs: observed.signs, head: { kind: "published", at: NOW - 43_200 } });
    const known = { ...observed, ...seen, words: observed.words };
    for (const ca of [A.id, B.id, "f".repeat(64)])
      expect(trustedEverywhere(desired, known, ca, NOW)).toEqual(
        trustedEverywhere(desired, observed, ca, NOW),
      );
  });

  it("holds no certificate", () => {
    expect(JSON.stringify(toView(observed, [A.id], NOW))).not.toContain(A.pem);
  });

  it("keeps what could not be read apart from what is not there", () => {
    const blind = { ...observed, head: { kind: "unreadable" as const }, words: "unreadable" as const };
    expect(fromView(toView(blind, "unreadable", NOW), { words: [] })).toMatchObject({
      head: { kind: "unreadable" },
      words: "unreadable",
    });
  });
});
