/**
 * The journal's adapter: one DynamoDB table. What relay was seen to accept is one partition a link, read with one
 * query; an intent is read only when a request waits. Old items go by the table's time to live.
 *
 * Items: `seen#<link>` / `<certificate>`, and `intent#<link>#<certificate>` / `<CSR digest>`.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Journal } from "./journal.ts";
import { InstantSchema, Intent, Serial } from "./schema.ts";

/** A page holds a megabyte, about 5,000 certificates. */
const SEEN_PAGES_MAX = 10;

/** Two years: an intent is the only trace of a certificate that was issued and never merged. */
const KEPT_SECONDS = 2 * 365 * 86_400;

const SeenItem = z.object({ certificate: z.string(), serial: Serial, at: InstantSchema });
const IntentItem = Intent.strip();

export interface JournalTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
  readonly clock: Clock;
}

export function dynamoJournal(options: JournalTable): Journal {
  const { client, table, link, clock } = options;
  const intentKey = (certificate: string, csrDigest: string) => ({
    pk: `intent#${link}#${certificate}`,
    sk: csrDigest,
  });
  const dated = (item: Plain) => marshall({ ...item, expiresAt: clock() + KEPT_SECONDS });

  const readIntent = async (certificate: string, csrDigest: string) => {
    // Strongly consistent: an intent written a second ago decides whether a certificate is issued twice.
    const command = new GetItemCommand({
      TableName: table,
      Key: marshall(intentKey(certificate, csrDigest)),
      ConsistentRead: true,
    });
    const { Item } = await attempt("GetItem", certificate, () => client.send(command));
    return Item === undefined ? null : parseItem(IntentItem, Item, "GetItem", certificate);
  };

  return {
    readIntent,
    readSeen: () => querySeen(client, table, `seen#${link}`),
    async intend(intent) {
      const item = dated({ ...intentKey(intent.certificate, intent.csrDigest), ...intent });
      const command = new PutItemCommand({
        TableName: table,
        Item: item,
        ConditionExpression: "attribute_not_exists(pk) OR #state = :refused",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: marshall({ ":refused": "refused" }),
      });
      const stands = await attempt(
        "PutItem",
        intent.certificate,
        () => client.send(command),
        "ConditionalCheckFailedException",
      );
      if (stands !== null) return intent;
      const other = await readIntent(intent.certificate, intent.csrDigest);
      // It stood there a moment ago: to go on as if ours had been written would leave no trace of a signature.
      if (other === null) throw broken("GetItem", intent.certificate, "intent-vanished", true);
      return other;
    },
    async mark(intent, mark) {
      const arn = mark.state === "issued" ? mark.certificateArn : undefined;
      const refused = mark.state === "refused";
      const command = new UpdateItemCommand({
        TableName: table,
        Key: marshall(intentKey(intent.certificate, intent.csrDigest)),
        UpdateExpression:
          arn === undefined ? "SET #state = :state" : "SET #state = :state, certificateArn = :arn",
        ConditionExpression: refused ? "#state = :intended" : "attribute_exists(pk)",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: marshall({
          ":state": mark.state,
          ":arn": arn,
          ":intended": refused ? "intended" : undefined,
        }),
      });
      const send = () => client.send(command);
      // Another run may have had the same CSR signed meanwhile: what is known is not taken back.
      if (refused) await attempt("UpdateItem", intent.certificate, send, "ConditionalCheckFailedException");
      else await attempt("UpdateItem", intent.certificate, send);
    },
    async markSeen(seen) {
      const item = dated({ pk: `seen#${link}`, sk: seen.certificate, ...seen });
      await attempt("PutItem", seen.certificate, () =>
        client.send(new PutItemCommand({ TableName: table, Item: item })),
      );
    },
  };
}

async function querySeen(client: DynamoDBClient, table: string, pk: string) {
  const seen: z.infer<typeof SeenItem>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  for (let pages = 0; pages < SEEN_PAGES_MAX; pages += 1) {
    const command = new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: marshall({ ":pk": pk }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const page = await attempt("Query", pk, () => client.send(command));
    for (const item of page.Items ?? []) seen.push(parseItem(SeenItem, item, "Query", pk));
    start = page.LastEvaluatedKey;
    if (start === undefined) return seen;
  }
  throw broken("Query", pk, "too-many-pages", false);
}

function parseItem<T>(
  schema: z.ZodType<T>,
  item: Record<string, AttributeValue>,
  operation: string,
  target: string,
): T {
  const parsed = schema.safeParse(unmarshall(item));
  if (parsed.success) return parsed.data;
  throw broken(operation, target, "unreadable-item", false);
}

function broken(operation: string, target: string, code: string, retryable: boolean): CloudError {
  return new CloudError({ provider: "aws", operation, target, code, retryable });
}

/** `expected` names the one error that is an answer: it comes back as null. */
async function attempt<T>(operation: string, target: string, send: () => Promise<T>): Promise<T>;
async function attempt<T>(
  operation: string,
  target: string,
  send: () => Promise<T>,
  expected: string,
): Promise<T | null>;
async function attempt<T>(
  operation: string,
  target: string,
  send: () => Promise<T>,
  expected?: string,
): Promise<T | null> {
  try {
    return await send();
  } catch (error) {
    if (expected !== undefined && error instanceof Error && error.name === expected) return null;
    throw cloudError(operation, target, error);
  }
}

type Plain = Readonly<Record<string, string | number | undefined>>;

function marshall(item: Plain): Record<string, AttributeValue> {
  const entries = Object.entries(item).flatMap(([key, value]): [string, AttributeValue][] => {
    if (value === undefined) return [];
    return [[key, typeof value === "number" ? { N: String(value) } : { S: value }]];
  });
  return Object.fromEntries(entries);
}

function unmarshall(item: Record<string, AttributeValue>): Plain {
  return Object.fromEntries(
    Object.entries(item).map(([key, { N, S }]) => [key, N === undefined ? S : Number(N)]),
  );
}
