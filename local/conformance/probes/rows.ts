/** DynamoDB: the calls by which rows are kept, with their conditions. */
import * as z from "zod";
import type { Input } from "../call.ts";
import type { Ground, Probe } from "../probe.ts";

const key = (sk: string) => ({ pk: { S: "link#bunny" }, sk: { S: sk } });
const Item = z.object({ Item: z.unknown().optional() });
const Attributes = z.object({ Attributes: z.unknown().optional() });
const Page = z.object({
  Items: z.array(z.object({ sk: z.object({ S: z.string() }) })),
  Count: z.number(),
  LastEvaluatedKey: z.unknown().optional(),
});

const put = ({ call }: Ground, TableName: string, sk: string, more: Input = {}, attributes: Input = {}) =>
  call("dynamodb", "PutItem", { TableName, Item: { ...key(sk), ...attributes }, ...more });
const get = async ({ call }: Ground, TableName: string, sk: string) =>
  Item.parse(await call("dynamodb", "GetItem", { TableName, Key: key(sk), ConsistentRead: true })).Item;
const update = ({ call }: Ground, TableName: string, sk: string, more: Input) =>
  call("dynamodb", "UpdateItem", { TableName, Key: key(sk), ...more });
const absent = { ConditionExpression: "attribute_not_exists(pk)" };
const setState = {
  UpdateExpression: "SET #s = :s ADD runs :one REMOVE former",
  ExpressionAttributeNames: { "#s": "state" },
  ExpressionAttributeValues: { ":s": { S: "issued" }, ":one": { N: "1" } },
};

async function query(ground: Ground, condition: string, more: Input = {}, values: Input = {}) {
  const TableName = await ground.table();
  for (const sk of ["intent#2", "lease", "intent#10", "intent#1"]) await put(ground, TableName, sk);
  const answer = await ground.call("dynamodb", "Query", {
    TableName,
    KeyConditionExpression: condition,
    ExpressionAttributeValues: { ":p": { S: "link#bunny" }, ...values },
    ...more,
  });
  const { Items, ...rest } = Page.parse(answer);
  return { ...rest, items: Items.map(({ sk }) => sk.S) };
}

export const rowProbes: readonly Probe[] = [
  {
    operation: "dynamodb:PutItem",
    cases: [
      {
        name: "a new row on the condition that there is none",
        main: true,
        run: async (ground) => {
          const table = await ground.table();
          await put(ground, table, "a", absent, { n: { N: "1.50" }, list: { L: [{ NULL: true }] } });
          return await get(ground, table, "a");
        },
      },
      {
        name: "the same again",
        main: true,
        refuses: async (ground) => {
          const table = await ground.table();
          await put(ground, table, "a");
          await put(ground, table, "a", absent);
        },
      },
      { name: "a table that is not there", main: true, refuses: (ground) => put(ground, "absent", "a") },
      {
        name: "a row without its sort key",
        refuses: async ({ call, table }) =>
          await call("dynamodb", "PutItem", { TableName: await table(), Item: { pk: { S: "x" } } }),
      },
      { name: "an empty sort key", refuses: async (ground) => await put(ground, await ground.table(), "") },
      {
        name: "a row of more than 400 KB",
        refuses: async (ground) =>
          await put(ground, await ground.table(), "a", {}, { text: { S: "x".repeat(410_000) } }),
      },
      {
        name: "a condition with a name that is not given",
        refuses: async (ground) =>
          await put(ground, await ground.table(), "a", { ConditionExpression: "attribute_exists(#no)" }),
      },
    ],
  },
  {
    operation: "dynamodb:GetItem",
    cases: [
      {
        name: "a row that is not there",
        main: true,
        run: async (ground) => (await get(ground, await ground.table(), "a")) ?? "none",
      },
      { name: "a table that is not there", refuses: (ground) => get(ground, "absent", "a") },
    ],
  },
  {
    operation: "dynamodb:UpdateItem",
    cases: [
      {
        name: "sets, adds and removes in one call",
        main: true,
        run: async (ground) => {
          const table = await ground.table();
          await put(ground, table, "a", {}, { runs: { N: "2" }, former: { S: "x" } });
          return Attributes.parse(await update(ground, table, "a", { ...setState, ReturnValues: "ALL_NEW" }));
        },
      },
      {
        name: "makes a row that is not there",
        run: async (ground) => {
          const table = await ground.table();
          await update(ground, table, "a", setState);
          return await get(ground, table, "a");
        },
      },
      {
        name: "a condition that does not hold",
        main: true,
        refuses: async (ground) =>
          await update(ground, await ground.table(), "a", {
            ...setState,
            ConditionExpression: "attribute_exists(pk) AND runs < :one",
          }),
      },
      {
        name: "a reserved word as a name",
        refuses: async (ground) =>
          await update(ground, await ground.table(), "a", {
            UpdateExpression: "SET state = :s",
            ExpressionAttributeValues: { ":s": { S: "issued" } },
          }),
      },
      {
        name: "a value that the expression does not use",
        refuses: async (ground) =>
          await update(ground, await ground.table(), "a", {
            UpdateExpression: "SET a = :s",
            ExpressionAttributeValues: { ":s": { S: "x" }, ":unused": { S: "y" } },
          }),
      },
    ],
  },
  {
    operation: "dynamodb:DeleteItem",
    cases: [
      {
        name: "a row that is not there",
        refuses: async ({ call, table }) =>
          await call("dynamodb", "DeleteItem", { TableName: await table(), Key: key("a") }),
      },
      {
        name: "on a condition that does not hold",
        main: true,
        refuses: async (ground) => {
          const TableName = await ground.table();
          await put(ground, TableName, "a", {}, { fence: { N: "2" } });
          await ground.call("dynamodb", "DeleteItem", {
            TableName,
            Key: key("a"),
            ConditionExpression: "fence = :f",
            ExpressionAttributeValues: { ":f": { N: "1" } },
          });
        },
      },
    ],
  },
  {
    operation: "dynamodb:Query",
    cases: [
      { name: "in the order of the sort key's bytes", main: true, run: (ground) => query(ground, "pk = :p") },
      {
        name: "by the beginning of the sort key, backwards",
        run: (ground) =>
          query(
            ground,
            "pk = :p AND begins_with(sk, :b)",
            { ScanIndexForward: false },
            { ":b": { S: "intent#" } },
          ),
      },
      {
        name: "a page of two tells where it ended",
        run: (ground) => query(ground, "pk = :p", { Limit: 2 }),
      },
      {
        name: "the limit counts before the filter",
        run: (ground) =>
          query(ground, "pk = :p", { Limit: 2, FilterExpression: "attribute_exists(nothing)" }),
      },
      { name: "a condition without the key", refuses: (ground) => query(ground, "sk = :p") },
    ],
  },
  {
    operation: "dynamodb:BatchWriteItem",
    cases: [
      {
        name: "puts and deletes",
        run: async (ground) => {
          const table = await ground.table();
          await put(ground, table, "old");
          const requests = [{ PutRequest: { Item: key("new") } }, { DeleteRequest: { Key: key("old") } }];
          const answer = await ground.call("dynamodb", "BatchWriteItem", {
            RequestItems: { [table]: requests },
          });
          const { UnprocessedItems: left = {} } = z
            .object({ UnprocessedItems: z.record(z.string(), z.unknown()).optional() })
            .parse(answer);
          const [now, before] = [await get(ground, table, "new"), await get(ground, table, "old")];
          return { left, now, before: before ?? "none" };
        },
      },
      {
        name: "26 requests",
        refuses: async ({ call, table }) => {
          const requests = Array.from({ length: 26 }, (_, n) => ({ PutRequest: { Item: key(`${n}`) } }));
          await call("dynamodb", "BatchWriteItem", { RequestItems: { [await table()]: requests } });
        },
      },
      {
        name: "one key twice",
        refuses: async ({ call, table }) => {
          const requests = [1, 2].map(() => ({ PutRequest: { Item: key("a") } }));
          await call("dynamodb", "BatchWriteItem", { RequestItems: { [await table()]: requests } });
        },
      },
    ],
  },
];
