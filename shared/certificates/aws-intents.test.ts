import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createModel, START } from "../../local/model/brain.ts";
import { type Attributes, marshall } from "../journal/items.ts";
import { dynamoJournal } from "./aws-journal.ts";
import type { Journal } from "./journal.ts";
import type { Intent } from "./schema.ts";

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
  const journal = dynamoJournal({ client, table: TABLE, link: "test-link", clock: () => START });
  const put = async (Item: Attributes) =>
    void (await client.send(new PutItemCommand({ TableName: TABLE, Item })));
  return { journal, put };
}

const openAdapter = async (): Promise<Journal> => (await start()).journal;
const openModel = async (): Promise<Journal> => (await createModel()).journal;

const digest = "c".repeat(64);
const intent: Intent = {
  certificate: "bunny-client",
  csrDigest: digest,
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: "a".repeat(32),
  notAfter: START + 604_800,
  createdAt: START,
  state: "intended",
};
const certificateArn = "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/x/certificate/12";

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over DynamoDB", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("tells open intents from those that were merged, and from those that have ended", async () => {
    const journal = await open();
    const written = [
      intent,
      { ...intent, csrDigest: "1".repeat(64) },
      { ...intent, csrDigest: "2".repeat(64), notAfter: START },
      { ...intent, csrDigest: "3".repeat(64), notAfter: START + 1 },
      { ...intent, csrDigest: "4".repeat(64), certificate: "other-client" },
    ];
    for (const one of written) await journal.intend(one);
    const [first, second, , fourth] = written;
    await journal.mark(first ?? intent, { state: "merged" });
    await journal.mark(second ?? intent, { state: "outcome-unknown" });
    const left = await journal.readOpenIntents("bunny-client");
    expect(left).toHaveLength(2);
    expect(left).toContainEqual({ ...second, state: "outcome-unknown" });
    expect(left).toContainEqual(fourth);
    expect(await journal.readIntents("bunny-client")).toHaveLength(4);
  });

  it("finds an intent by its public key, in whatever state it is", async () => {
    const journal = await open();
    expect(await journal.findIntent("e".repeat(64))).toBeNull();
    await journal.intend({ ...intent, certificate: "other-client", publicKeyDigest: "f".repeat(64) });
    await journal.intend(intent);
    expect(await journal.findIntent("e".repeat(64))).toEqual(intent);
    await journal.mark(intent, { state: "issued", certificateArn });
    await journal.mark(intent, { state: "merged" });
    expect(await journal.findIntent("e".repeat(64))).toMatchObject({ state: "merged", certificateArn });
  });
});

describe("dynamoIntents", () => {
  const pk = "intent#test-link#bunny-client";

  it("reads what the first version of the journal wrote, whose intents do not name their public key", async () => {
    const { journal, put } = await start();
    const { publicKeyDigest: _, ...first } = { ...intent, state: "issued", certificateArn } as const;
    await put(marshall({ ...first, pk, sk: digest }));
    expect(await journal.readIntent("bunny-client", digest)).toEqual(first);
    expect(await journal.readIntents("bunny-client")).toEqual([first]);
    expect(await journal.readOpenIntents("bunny-client")).toEqual([first]);
    await journal.mark(first, { state: "merged" });
    expect(await journal.readOpenIntents("bunny-client")).toEqual([]);
  });

  it("finds the open ones among more than ten megabytes of others", async () => {
    const { journal, put } = await start();
    for (let number = 0; number < 40; number += 1) {
      const csrDigest = String(number).padStart(64, "0");
      const filler = "x".repeat(300_000);
      await put(marshall({ ...intent, csrDigest, state: "merged", pk, sk: csrDigest, filler }));
    }
    await journal.intend(intent);
    expect(await journal.readOpenIntents("bunny-client")).toEqual([intent]);
    expect(await journal.readIntents("bunny-client")).toHaveLength(41);
  });
});
