/** What stands of a link beside uses and orders: the freeze, what has been in the way, and strangers' certificates. */
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { createModel, START } from "../../local/model/brain.ts";
import { dynamoFreeze } from "../freeze/aws-freeze.ts";
import { NEVER_FROZEN, UNREADABLE } from "../freeze/schema.ts";
import { dynamoJournal } from "./aws-journal.ts";
import type { Journal } from "./journal.ts";
import { NO_TROUBLES } from "./troubles.ts";

const TABLE = "journal";
const LINK = "test-link";

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
      new PutItemCommand({ TableName: TABLE, Item: { pk: { S: `link#${LINK}` }, sk: { S: sk }, ...more } }),
    );
  const journal = dynamoJournal({ client, table: TABLE, link: LINK, clock: () => START });
  const items = () => dynamodb.items(TABLE);
  return { journal, put, items, freezes: dynamoFreeze({ client, table: TABLE, link: LINK }) };
}

const issue = {
  ...{ certificate: "bunny-client", serial: "c3", certificateArn: "arn:x", notAfter: START + 60 },
  ...{ foundAt: START, reason: "no intent for its key" },
};

/** What the tests of the runs rely on in the model is what the adapter really does. */
describe.each<[string, () => Promise<Journal>]>([
  ["the adapter, over DynamoDB", async () => (await start()).journal],
  ["the model", async () => (await createModel()).journal],
])("%s", (_name, open) => {
  it("has nothing at first", async () => {
    const standing = await (await open()).readStanding();
    expect(standing).toMatchObject({ freeze: NEVER_FROZEN, unknownIssues: [] });
    expect(standing.troubles.size).toBe(0);
  });

  it("keeps since when there has been trouble, for each concern its own", async () => {
    const journal = await open();
    await journal.writeTroubles("certificates", { otherLinkSince: START, failingSince: null });
    await journal.writeTroubles("relay-certificate", NO_TROUBLES);
    await journal.writeTroubles("certificates", { otherLinkSince: START, failingSince: START + 1 });
    expect([...(await journal.readStanding()).troubles]).toEqual([
      ["certificates", { otherLinkSince: START, failingSince: START + 1 }],
      ["relay-certificate", NO_TROUBLES],
    ]);
  });

  it("keeps of strangers' certificates one a name: the one that is good for longest", async () => {
    const journal = await open();
    await journal.writeUnknownIssue(issue);
    await journal.writeUnknownIssue({ ...issue, serial: "d4", notAfter: START + 120 });
    await journal.writeUnknownIssue({ ...issue, serial: "e5", notAfter: START + 90 });
    expect((await journal.readStanding()).unknownIssues).toEqual([
      { ...issue, serial: "d4", notAfter: START + 120 },
    ]);
  });
});

describe("dynamoJournal", () => {
  it("reads what people asked for in the same call, until it is done", async () => {
    const { journal } = await start();
    const ask = { name: "bunny-client", at: START, actor: "alice", serial: "a1" };
    await journal.ask(ask);
    expect((await journal.readStanding()).asked).toEqual(new Map([["bunny-client", ask]]));
    await journal.settleAsk(ask);
    expect((await journal.readStanding()).asked.size).toBe(0);
  });

  it("reads the freeze with everything else, past the lease and what others remember", async () => {
    const { journal, put, freezes } = await start();
    await put("lease");
    await put("memory#tunnels");
    await freezes.say({ frozen: true, reason: "x", by: "alice", at: START, settled: false });
    await journal.markSeen({ certificate: "bunny-client", serial: "a1", at: START });
    const standing = await journal.readStanding();
    expect(standing).toMatchObject({ freeze: { frozen: true }, seen: [{ serial: "a1" }] });
    await put("freeze", { of: { S: "another version" } });
    expect((await journal.readStanding()).freeze).toEqual(UNREADABLE);
  });

  it("begins troubles anew that it cannot read, and does not know of strangers' certificates then", async () => {
    const { journal, put } = await start();
    await put("troubles#certificates", { otherLinkSince: { S: "long ago" } });
    await put("unknown-issue#bunny-client", { serial: { S: "c3" } });
    const { troubles, unknownIssues } = await journal.readStanding();
    expect(troubles.get("certificates")).toEqual(NO_TROUBLES);
    expect(unknownIssues).toBeNull();
  });

  it("lets the table remove a stranger's certificate at its end", async () => {
    const { journal, items } = await start();
    await journal.writeUnknownIssue(issue);
    expect(await items()).toMatchObject([{ expiresAt: { N: String(issue.notAfter) } }]);
  });
});
