/** Somebody deletes from the journal's table between two calls of one step. */
import { DeleteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { START } from "../../local/model/brain.ts";
import { dynamoJournal } from "./aws-journal.ts";
import type { Journal } from "./journal.ts";
import type { Intent } from "./schema.ts";

const intent: Intent = {
  certificate: "bunny-client",
  csrDigest: "c".repeat(64),
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: "a".repeat(32),
  notAfter: START + 604_800,
  createdAt: START,
  state: "intended",
};
const arn = "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/x/certificate/12";

const closing: (() => Promise<void>)[] = [];
let journal: Journal;

beforeEach(async () => {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: "journal", partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  journal = dynamoJournal({ client, table: "journal", link: "test-link", clock: () => START });
  await journal.intend(intent);
  const Key = { pk: { S: "intent#test-link#bunny-client" }, sk: { S: intent.csrDigest } };
  const action = async () => {
    await client.send(new DeleteItemCommand({ TableName: "journal", Key }));
  };
  const effect = { kind: "run", action } as const;
  world.kernel.faults.add({ operation: "dynamodb:GetItem", nth: 1, when: "before", effect });
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe("an intent that vanishes while it is looked at", () => {
  const vanished = { name: "CloudError", code: "intent-vanished", retryable: true };

  it("is no leave to go on as if our own had been written", async () => {
    await expect(journal.intend(intent)).rejects.toMatchObject(vanished);
  });

  it("cannot be given the certificate that was issued for it", async () => {
    await expect(journal.noteIssued(intent, arn)).rejects.toMatchObject(vanished);
  });
});
