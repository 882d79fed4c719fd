import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { readAll } from "./pages.ts";

const closing: (() => Promise<void>)[] = [];
let client: DynamoDBClient;

beforeEach(async () => {
  const dynamodb = await startDynamoDb({ kernel: makeKernel(), region });
  const world = await startWorld(() => [dynamodb.service]);
  closing.push(world.server.close, dynamodb.close);
  await dynamodb.createTable({ name: "journal", partitionKey: "pk", sortKey: "sk" });
  client = new DynamoDBClient(world.client());
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function put(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const sk = { S: `seen#${String(number).padStart(2, "0")}` };
    const Item = { pk: { S: "link#one" }, sk, number: { N: String(number) } };
    await client.send(new PutItemCommand({ TableName: "journal", Item }));
  }
}

describe("readAll", () => {
  const part = { table: "journal", pk: "link#one", limit: 1 };

  it("reads every page, in the order of the sort key", async () => {
    await put(9);
    const items = await readAll({ ...part, client });
    expect(items.map(({ sk }) => sk?.S)).toEqual(Array.from({ length: 9 }, (_, number) => `seen#0${number}`));
  });

  it("says that there is more than it reads, rather than leaving something out", async () => {
    await put(11);
    expect(await readAll({ ...part, client, pagesMax: 12 })).toHaveLength(11);
    await expect(readAll({ ...part, client })).rejects.toMatchObject({
      name: "CloudError",
      operation: "Query",
      target: "link#one",
      code: "too-many-pages",
      retryable: false,
    });
  });

  it("gives only what a filter lets through, whatever else it has to read for that", async () => {
    await put(9);
    const filter = { expression: "#own >= :least", names: { "#own": "number" }, values: { ":least": 7 } };
    const items = await readAll({ ...part, client, filter });
    expect(items.map(({ sk }) => sk?.S)).toEqual(["seen#07", "seen#08"]);
  });
});
