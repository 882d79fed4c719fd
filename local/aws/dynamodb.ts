/**
 * Amazon DynamoDB, by dynalite behind the same door as everything else: a request that was authenticated and
 * allowed is forwarded as it came, and dynalite's answer goes back as it is.
 */
import * as z from "zod";
import type { Kernel } from "../stand-in/kernel.ts";
import { type OperationTable, Refusal } from "../stand-in/operations.ts";
import { type Dynalite, startDynalite } from "./dynalite-client.ts";
import { answerBatch, attributesOf, type Batch, BatchInput, leaveOne } from "./dynamodb-batch.ts";
import { leadingKey } from "./dynamodb-keys.ts";
import { parseInput } from "./input.ts";
import { jsonCommonErrors, jsonWire } from "./json-wire.ts";
import { type AwsRequest, type AwsService, type Prepare, Unsupported, type WireAnswer } from "./service.ts";
import { StaleReads } from "./stale-reads.ts";

const common = [
  ...jsonCommonErrors,
  "InternalServerError",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ResourceNotFoundException",
  "ValidationException",
];
const writing = {
  mutates: true,
  errors: [
    ...common,
    "ConditionalCheckFailedException",
    "ItemCollectionSizeLimitExceededException",
    "TransactionConflictException",
  ],
};

export const dynamodbOperations: OperationTable = {
  "dynamodb:GetItem": { mutates: false, errors: common },
  "dynamodb:Query": { mutates: false, errors: common },
  "dynamodb:PutItem": writing,
  "dynamodb:UpdateItem": writing,
  "dynamodb:DeleteItem": writing,
  "dynamodb:BatchWriteItem": {
    mutates: true,
    errors: [...common, "ItemCollectionSizeLimitExceededException"],
  },
};

export interface Table {
  readonly name: string;
  /** The names of the key attributes; both are strings. */
  readonly partitionKey: string;
  readonly sortKey?: string;
}

export type Item = Readonly<Record<string, unknown>>;

export interface DynamoDb {
  readonly service: AwsService;
  readonly createTable: (table: Table) => Promise<void>;
  /** Every item of a table as it is, in DynamoDB's attribute values. */
  readonly items: (table: string) => Promise<readonly Item[]>;
  readonly close: () => Promise<void>;
}

const Attributes = z.record(z.string(), z.unknown());
const Input = z.object({
  TableName: z.string(),
  IndexName: z.string().optional(),
  Key: Attributes.optional(),
  Item: Attributes.optional(),
  ConsistentRead: z.boolean().optional(),
  KeyConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: Attributes.optional(),
  ReturnValuesOnConditionCheckFailure: z.string().optional(),
});
type Input = z.infer<typeof Input>;

export async function startDynamoDb(options: {
  readonly kernel: Kernel;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}): Promise<DynamoDb> {
  const dynalite = await startDynalite();
  const tables = new Map<string, Table>();
  const stale = new StaleReads(options.kernel, options.clock ?? Date.now);
  const keyOf = (input: Input) => keyIn(tables.get(input.TableName), input);
  const prepare =
    (operation: string, answer: (input: Input, request: AwsRequest) => Promise<WireAnswer>): Prepare =>
    (raw, caller, request) => {
      const input = parseInput(Input, raw, "ValidationException");
      refuseWhatDynaliteIgnores(input);
      const table = arnOf(input.TableName, caller.accountId);
      const resource = input.IndexName === undefined ? table : `${table}/index/${input.IndexName}`;
      const leading = leadingKey(input, tables.get(input.TableName)?.partitionKey);
      const context = { "dynamodb:LeadingKeys": [leading] };
      return {
        needs: [{ action: `dynamodb:${operation}`, resource, context }],
        answer: () => answer(input, request),
      };
    };
  const arnOf = (table: string, accountId: string) =>
    `arn:aws:dynamodb:${options.region}:${accountId}:table/${table}`;
  const batchWrite: Prepare = (raw, caller, request) => {
    const { RequestItems } = parseInput(BatchInput, raw, "ValidationException");
    const needs = Object.entries(RequestItems).map(([name, writes]) => {
      const partitionKey = tables.get(name)?.partitionKey;
      const keys = writes.map((write) => leadingKey({ Item: attributesOf(write) }, partitionKey));
      const context = { "dynamodb:LeadingKeys": [...new Set(keys)] };
      return { action: "dynamodb:BatchWriteItem", resource: arnOf(name, caller.accountId), context };
    });
    return { needs, answer: () => writeBatch(RequestItems, request) };
  };
  const itemOf = async ({ TableName, Key }: { TableName: string; Key: object | undefined }) =>
    Key && Attributes.parse(await dynalite.call("GetItem", { TableName, Key }))["Item"];
  const forward = (_input: Input, request: AwsRequest) => forwarded(dynalite, request);
  const write = async (input: Input, request: AwsRequest) => {
    const key = keyOf(input);
    const before = await itemOf({ TableName: input.TableName, Key: key });
    const answer = await forwarded(dynalite, request);
    if (key !== undefined) stale.wrote(nameOf(input.TableName, key), before);
    return answer;
  };
  const writeBatch = async (batch: Batch, request: AwsRequest) => {
    const { done, left } = leaveOne(batch, options.kernel.faults);
    const writes = Object.entries(done).flatMap(([TableName, some]) =>
      some.map((write) => ({ TableName, Key: keyOf({ TableName, Item: attributesOf(write) }) })),
    );
    const before = await Promise.all(writes.map(itemOf));
    const answer = await (left === null ? forwarded(dynalite, request) : answerBatch(dynalite, done, left));
    for (const [index, { TableName, Key }] of writes.entries())
      if (Key !== undefined) stale.wrote(nameOf(TableName, Key), before[index]);
    return answer;
  };
  const read = async (input: Input, request: AwsRequest) => {
    const truth = await forwarded(dynalite, request);
    const key = keyOf(input);
    const old = key && input.ConsistentRead !== true ? stale.read(nameOf(input.TableName, key)) : undefined;
    return old === undefined ? truth : { ...truth, headers: {}, body: JSON.stringify({ Item: old.item }) };
  };
  return {
    service: {
      name: "dynamodb",
      wire: forwardingWire(),
      table: dynamodbOperations,
      operations: {
        GetItem: prepare("GetItem", read),
        Query: prepare("Query", forward),
        PutItem: prepare("PutItem", write),
        UpdateItem: prepare("UpdateItem", write),
        DeleteItem: prepare("DeleteItem", write),
        BatchWriteItem: batchWrite,
      },
    },
    createTable: async (table) => {
      await dynalite.call("CreateTable", definitionOf(table));
      await untilActive(dynalite, table.name);
      tables.set(table.name, table);
    },
    items: async (table) => {
      const scanned = await dynalite.call("Scan", { TableName: table });
      return z.object({ Items: z.array(Attributes) }).parse(scanned).Items;
    },
    close: dynalite.close,
  };
}

/** dynalite accepts this option and does nothing: no answer is better than one without the old item. */
function refuseWhatDynaliteIgnores(input: Input): void {
  const option = input.ReturnValuesOnConditionCheckFailure ?? "NONE";
  if (option === "NONE") return;
  throw new Unsupported(
    `the local AWS does not support dynamodb calls with ReturnValuesOnConditionCheckFailure ${option}`,
  );
}

/** 2,048 bytes for a partition key, 1,024 for a sort key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const keyBytesMax = 1024;
const KeyText = z.object({ S: z.string().min(1) }).refine(({ S }) => Buffer.byteLength(S) <= keyBytesMax);

/**
 * The key that the call is about; undefined when the table is not there, or when a part of the key is missing or is
 * none that can be looked up: what dynalite refuses is told in its own words, as the answer to the call itself.
 */
function keyIn(table: Table | undefined, input: Input): Record<string, unknown> | undefined {
  const attributes = input.Key ?? input.Item ?? {};
  const names = table === undefined ? [] : [table.partitionKey, table.sortKey ?? []].flat();
  const key = Object.fromEntries(names.map((name) => [name, attributes[name]]));
  const sound = Object.values(key).every((value) => KeyText.safeParse(value).success);
  return names.length > 0 && sound ? key : undefined;
}

const nameOf = (table: string, key: object) => `${table}\n${JSON.stringify(key)}`;

/** A refusal of dynalite, with the body that it sent. */
class ForwardedRefusal extends Refusal {
  readonly answer: WireAnswer;

  constructor(answer: WireAnswer) {
    const { __type: type, message } = DynaliteError.parse(JSON.parse(Buffer.from(answer.body).toString()));
    super(answer.status, type.slice(type.indexOf("#") + 1), message ?? "");
    this.answer = answer;
  }
}

const DynaliteError = z.looseObject({ __type: z.string(), message: z.string().optional() });

async function forwarded(dynalite: Dynalite, request: AwsRequest): Promise<WireAnswer> {
  const answer = await dynalite.forward(request.headers, request.body);
  if (answer.status !== 200) throw new ForwardedRefusal(answer);
  return answer;
}

function forwardingWire(): AwsService["wire"] {
  const json = jsonWire({ target: "DynamoDB_20120810", version: "1.0" });
  const WireAnswerOutput = z.custom<WireAnswer>((output) => typeof output === "object" && output !== null);
  return {
    ...json,
    encode: (_operation, output) => WireAnswerOutput.parse(output),
    refuse: (refusal) => (refusal instanceof ForwardedRefusal ? refusal.answer : json.refuse(refusal)),
  };
}

async function untilActive(dynalite: Dynalite, name: string): Promise<void> {
  const Described = z.object({ Table: z.object({ TableStatus: z.string() }) });
  for (let tries = 0; tries < 100; tries += 1) {
    const { Table: table } = Described.parse(await dynalite.call("DescribeTable", { TableName: name }));
    if (table.TableStatus === "ACTIVE") return;
  }
  throw new Error(`the table ${name} did not become active`);
}

function definitionOf({ name, partitionKey, sortKey }: Table) {
  const names = [partitionKey, sortKey ?? []].flat();
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: names.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? "HASH" : "RANGE",
    })),
  };
}
