import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "./dynamodb.ts";
import { accountId, makeKernel, region, roleArn, startWorld, type WorldOptions } from "./test-world.ts";

const TableName = "journal";
const key = { pk: { S: "link#bunny" }, sk: { S: "intent" } };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: WorldOptions = {}) {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(options), region, ...options });
  const world = await startWorld(() => [dynamodb.service], { ...options, calm: true });
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: TableName, partitionKey: "pk", sortKey: "sk" });
  return { ...world, dynamodb, sdk: new DynamoDBClient(world.client()) };
}

describe("startDynamoDb", () => {
  it("puts, updates, gets, queries and deletes through the official client", async () => {
    const { sdk, dynamodb, kernel } = await start();
    await sdk.send(new PutItemCommand({ TableName, Item: { ...key, state: { S: "intended" } } }));
    await sdk.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: "SET #s = :s",
        ExpressionAttributeNames: { "#s": "state" },
        ExpressionAttributeValues: { ":s": { S: "issued" } },
      }),
    );
    const wanted = { ...key, state: { S: "issued" } };
    const get = new GetItemCommand({ TableName, Key: key, ConsistentRead: true });
    expect((await sdk.send(get)).Item).toEqual(wanted);
    expect(await dynamodb.items(TableName)).toEqual([wanted]);
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: { ":p": key.pk },
    });
    expect((await sdk.send(query)).Items).toEqual([wanted]);
    await sdk.send(new DeleteItemCommand({ TableName, Key: key }));

    expect((await sdk.send(get)).Item).toBeUndefined();
    expect(kernel.calls().map((call) => `${call.operation} ${call.outcome}`)).toEqual([
      "dynamodb:PutItem ok",
      "dynamodb:UpdateItem ok",
      "dynamodb:GetItem ok",
      "dynamodb:Query ok",
      "dynamodb:DeleteItem ok",
      "dynamodb:GetItem ok",
    ]);
  });

  it("writes a batch of puts and deletes", async () => {
    const { sdk, dynamodb } = await start();
    const other = { pk: key.pk, sk: { S: "other" } };
    await sdk.send(new PutItemCommand({ TableName, Item: key }));
    const batch = [{ PutRequest: { Item: other } }, { DeleteRequest: { Key: key } }];
    const command = new BatchWriteItemCommand({ RequestItems: { [TableName]: batch } });
    expect((await sdk.send(command)).UnprocessedItems).toEqual({});
    expect(await dynamodb.items(TableName)).toEqual([other]);
  });

  it("refuses a batch of more than 25 writes, and one that writes an item twice", async () => {
    const { sdk } = await start();
    const puts = (keys: readonly string[]) =>
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: keys.map((sk) => ({ PutRequest: { Item: { pk: key.pk, sk: { S: sk } } } })),
        },
      });
    for (const keys of [Array.from({ length: 26 }, (_, index) => String(index)), ["same", "same"]])
      await expect(sdk.send(puts(keys))).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("may leave the last of a batch unprocessed, and then has not written it", async () => {
    const { sdk, dynamodb } = await start({ calm: false });
    const left: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const writes = ["a", "b"].map((part) => ({
        PutRequest: { Item: { pk: key.pk, sk: { S: `${part}${n}` } } },
      }));
      const command = new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } });
      const { UnprocessedItems } = await sdk.send(command);
      for (const { PutRequest } of UnprocessedItems?.[TableName] ?? [])
        left.push(PutRequest?.Item?.["sk"]?.S ?? "");
    }
    expect(left.length).toBeGreaterThan(0);
    expect(left.every((sk) => sk.startsWith("b"))).toBe(true);
    const written = JSON.stringify(await dynamodb.items(TableName));
    for (const sk of left) expect(written).not.toContain(`"${sk}"`);
    expect(written).toContain('"a0"');
  });

  it("tells IAM the partitions of a call, and nothing that a policy could name where it cannot tell", async () => {
    const { sdk, server } = await start({ authorize: () => Promise.resolve("denied") });
    const condition = {
      KeyConditionExpression: "#p = :p AND begins_with(sk, :s)",
      ExpressionAttributeNames: { "#p": "pk" },
    };
    const values = { ":p": { S: "link#bunny" }, ":s": { S: "x" } };
    for (const send of [
      () => sdk.send(new GetItemCommand({ TableName, Key: key })),
      () => sdk.send(new QueryCommand({ TableName, ...condition, ExpressionAttributeValues: values })),
      () =>
        sdk.send(
          new BatchWriteItemCommand({
            RequestItems: {
              [TableName]: [
                { PutRequest: { Item: { ...key, pk: { S: "history#bunny" } } } },
                { DeleteRequest: { Key: key } },
              ],
            },
          }),
        ),
      () => sdk.send(new QueryCommand({ TableName, KeyConditionExpression: "pk = :p" })),
    ])
      await expect(send()).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(server.decisions().map(({ context }) => context["dynamodb:LeadingKeys"])).toEqual([
      ["link#bunny"],
      ["link#bunny"],
      ["history#bunny", "link#bunny"],
      [""],
    ]);
  });

  it("refuses a conditional put whose condition does not hold", async () => {
    const { sdk, kernel } = await start();
    const put = new PutItemCommand({
      TableName,
      Item: key,
      ConditionExpression: "attribute_not_exists(pk)",
    });
    await sdk.send(put);

    await expect(sdk.send(put)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    expect(kernel.calls().at(-1)?.outcome).toBe("ConditionalCheckFailedException");
  });

  it("refuses a table that does not exist and a key that does not fit", async () => {
    const { sdk } = await start();
    const none = new GetItemCommand({ TableName: "none", Key: key });
    await expect(sdk.send(none)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const unfit = new GetItemCommand({ TableName, Key: { pk: key.pk } });
    await expect(sdk.send(unfit)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("asks for the permission on the table, or on the index that is queried", async () => {
    const { sdk, server } = await start({ authorize: () => Promise.resolve("denied") });
    const query = { TableName, KeyConditionExpression: "pk = :p" };
    for (const send of [
      () => sdk.send(new GetItemCommand({ TableName, Key: key })),
      () => sdk.send(new QueryCommand(query)),
      () => sdk.send(new QueryCommand({ ...query, IndexName: "by-state" })),
    ]) {
      await expect(send()).rejects.toMatchObject({ name: "AccessDeniedException" });
    }
    const table = `arn:aws:dynamodb:${region}:${accountId}:table/${TableName}`;
    expect(
      server.decisions().map((decision) => [decision.action, decision.resource, decision.roleArn]),
    ).toEqual([
      ["dynamodb:GetItem", table, roleArn],
      ["dynamodb:Query", table, roleArn],
      ["dynamodb:Query", `${table}/index/by-state`, roleArn],
    ]);
  });

  it.each([
    ["an empty sort key", { ...key, sk: { S: "" } }],
    ["an empty partition key", { ...key, pk: { S: "" } }],
    ["a number as sort key", { ...key, sk: { N: "1" } }],
    ["a sort key of more than 1,024 bytes", { ...key, sk: { S: "x".repeat(1025) } }],
  ])("refuses %s in DynamoDB's own words", async (_what, Item) => {
    const { sdk, server } = await start();
    const refused = { name: "ValidationException", $metadata: { httpStatusCode: 400 } };
    await expect(sdk.send(new PutItemCommand({ TableName, Item }))).rejects.toMatchObject(refused);
    expect(server.troubles()).toEqual([]);
  });

  it("answers 501 for an operation, and for an option, that dynalite does not have", async () => {
    const { sdk } = await start();
    const unsupported = { $metadata: { httpStatusCode: 501 } };
    await expect(sdk.send(new ListTablesCommand({}))).rejects.toMatchObject(unsupported);
    const put = new PutItemCommand({
      TableName,
      Item: key,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    await expect(sdk.send(put)).rejects.toMatchObject(unsupported);
  });

  it("may read what was there before for a second, unless the read is consistent", async () => {
    let nowMs = Date.now();
    const { sdk } = await start({ calm: false, clock: () => nowMs });
    await sdk.send(new PutItemCommand({ TableName, Item: key }));
    const reads = async (ConsistentRead: boolean) => {
      const found: boolean[] = [];
      for (let n = 0; n < 30; n += 1) {
        const { Item } = await sdk.send(new GetItemCommand({ TableName, Key: key, ConsistentRead }));
        found.push(Item !== undefined);
      }
      return new Set(found);
    };
    expect(await reads(false)).toEqual(new Set([true, false]));
    expect(await reads(true)).toEqual(new Set([true]));
    nowMs += 1000;
    expect(await reads(false)).toEqual(new Set([true]));
  });
});
