import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createModel, START } from "../../local/model/brain.ts";
import { dynamoJournal } from "./aws-journal.ts";
import type { Journal } from "./journal.ts";
import type { Intent } from "./schema.ts";

const TABLE = "journal";
const DAY = 86_400;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const kernel = makeKernel();
  const dynamodb = await startDynamoDb({ kernel, region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const of = (link: string) => dynamoJournal({ client, table: TABLE, link, clock: () => START });
  return { ...world, dynamodb, client, of, journal: of("test-link") };
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
  it("knows no intent and no use at first", async () => {
    const journal = await open();
    expect(await journal.readIntent("bunny-client", digest)).toBeNull();
    expect((await journal.readStanding()).seen).toEqual([]);
  });

  it("writes an intent and reads it again as it was", async () => {
    const journal = await open();
    expect(await journal.intend(intent)).toEqual(intent);
    expect(await journal.readIntent("bunny-client", digest)).toEqual(intent);
  });

  it("knows it by its certificate and its CSR", async () => {
    const journal = await open();
    await journal.intend(intent);
    expect(await journal.readIntent("other-client", digest)).toBeNull();
    expect(await journal.readIntent("bunny-client", "d".repeat(64))).toBeNull();
  });

  it("leaves the intent that stands, and gives it to whoever comes second", async () => {
    const journal = await open();
    await journal.intend(intent);
    await journal.mark(intent, { state: "issued", certificateArn });
    const later = { ...intent, createdAt: START + 100, notAfter: START + 604_900 };
    expect(await journal.intend(later)).toEqual({ ...intent, state: "issued", certificateArn });
    expect(await journal.readIntent("bunny-client", digest)).toMatchObject({ createdAt: START });
  });

  it("lets an intent that the CA refused be written anew", async () => {
    const journal = await open();
    await journal.intend(intent);
    await journal.mark(intent, { state: "refused" });
    const later = { ...intent, createdAt: START + 100, notAfter: START + 604_900 };
    expect(await journal.intend(later)).toEqual(later);
    expect(await journal.readIntent("bunny-client", digest)).toEqual(later);
  });

  it("does not call refused what another run has had signed meanwhile", async () => {
    const journal = await open();
    await journal.intend(intent);
    await journal.mark(intent, { state: "issued", certificateArn });
    await journal.mark(intent, { state: "refused" });
    expect(await journal.readIntent("bunny-client", digest)).toMatchObject({
      state: "issued",
      certificateArn,
    });
  });

  it("lets one of two at once write, and gives both the same intent", async () => {
    const journal = await open();
    const both = [intent, { ...intent, createdAt: START + 1 }].map((one) => journal.intend(one));
    const [one, other] = await Promise.all(both);
    expect(one).toEqual(other);
  });

  it("keeps the certificate's ARN when the state goes on", async () => {
    const journal = await open();
    await journal.intend(intent);
    await journal.mark(intent, { state: "issued", certificateArn });
    await journal.mark(intent, { state: "merged" });
    expect(await journal.readIntent("bunny-client", digest)).toEqual({
      ...intent,
      state: "merged",
      certificateArn,
    });
  });

  it("marks nothing that was never intended", async () => {
    const journal = await open();
    await expect(journal.mark(intent, { state: "merged" })).rejects.toThrow();
    expect(await journal.readIntent("bunny-client", digest)).toBeNull();
  });

  it("gives every intent that a certificate ever had, and none of another's", async () => {
    const journal = await open();
    const earlier = { ...intent, csrDigest: "d".repeat(64), idempotencyToken: "b".repeat(32) };
    for (const one of [intent, earlier, { ...intent, certificate: "other-client" }])
      await journal.intend(one);
    await journal.mark(earlier, { state: "merged" });
    const all = await journal.readIntents("bunny-client");
    expect(all).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining([intent, { ...earlier, state: "merged" }]));
    expect(await journal.readIntents("bunny")).toEqual([]);
  });

  it("keeps the last use of each certificate", async () => {
    const journal = await open();
    await journal.markSeen({ certificate: "bunny-client", serial: "ab12", at: START });
    await journal.markSeen({ certificate: "other-client", serial: "ef56", at: START + 1 });
    await journal.markSeen({ certificate: "bunny-client", serial: "cd34", at: START + 2 });
    const { seen } = await journal.readStanding();
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual({ certificate: "bunny-client", serial: "cd34", at: START + 2 });
    expect(seen).toContainEqual({ certificate: "other-client", serial: "ef56", at: START + 1 });
  });
});

describe("dynamoJournal", () => {
  it("keeps links apart in one table", async () => {
    const { of } = await start();
    await of("one").intend(intent);
    await of("one").markSeen({ certificate: "bunny-client", serial: "ab12", at: START });
    expect(await of("two").readIntent("bunny-client", digest)).toBeNull();
    expect((await of("two").readStanding()).seen).toEqual([]);
  });

  it("has an intent end thirty days after its certificate, and what was seen never", async () => {
    const { journal, dynamodb } = await start();
    await journal.intend(intent);
    await journal.markSeen({ certificate: "bunny-client", serial: "ab12", at: START });
    const items = await dynamodb.items(TABLE);
    expect(items).toHaveLength(3);
    const expiresAt = { N: String(intent.notAfter + 30 * DAY) };
    for (const pk of ["intent#test-link#bunny-client", `key#test-link#${intent.publicKeyDigest}`])
      expect(items).toContainEqual(expect.objectContaining({ pk: { S: pk }, expiresAt }));
    const seen = items.find((item) => !("csrDigest" in item));
    expect(seen).toMatchObject({ pk: { S: "link#test-link" }, serial: { S: "ab12" } });
    expect(seen).not.toHaveProperty("expiresAt");
  });

  it("reads an intent by the latest write, not by a copy that may lag behind", async () => {
    const { journal, sightings } = await start();
    await journal.readIntent("bunny-client", digest);
    const asked = sightings.map(({ bytes }) => Buffer.from(bytes).toString()).join("\n");
    expect(asked).toContain('"ConsistentRead":true');
  });

  it.each([
    ["a use", "link#test-link", "seen#bunny-client"],
    ["an intent", "intent#test-link#bunny-client", digest],
  ])("throws for %s that it cannot read, rather than taking it for none", async (_kind, pk, sk) => {
    const { journal, client } = await start();
    const Item = { pk: { S: pk }, sk: { S: sk }, certificate: { S: "bunny-client" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    const read =
      _kind === "a use"
        ? async () => (await journal.readStanding()).seen
        : async () => [await journal.readIntent("bunny-client", digest)];
    await expect(read()).rejects.toMatchObject({ name: "CloudError", code: "unreadable-item" });
  });

  it("throws DynamoDB's code when it fails, and none of its text", async () => {
    const { client } = await start();
    const other = dynamoJournal({ client, table: "no-such-table", link: "x", clock: () => START });
    for (const call of [
      async () => (await other.readStanding()).seen,
      async () => [await other.readIntent("a", digest)],
      async () => [await other.intend(intent)],
    ]) {
      await expect(call()).rejects.toMatchObject({
        name: "CloudError",
        provider: "aws",
        code: "ResourceNotFoundException",
        message: expect.stringMatching(/^aws \w+ of \S+ failed: ResourceNotFoundException$/),
      });
    }
  });
});
