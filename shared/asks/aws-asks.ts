/**
 * What people have asked to be renewed, in the journal's table: one item for each name, `link#<link>` /
 * `memory#asked#<name>`. It stands until what was asked for is done; then it is marked as done, and forgotten by the
 * table. It stands where every run that does what is asked reads anyway (freeze, memories).
 */
import { type DynamoDBClient, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { type Attributes, attempt, CONFLICT, expiry, marshall, readItem } from "../journal/items.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Ask } from "./ask.ts";

export const ASKED_PREFIX = "memory#asked#";
/** For whoever wonders what became of it. */
const KEPT_SECONDS = 86_400;

export interface AskedTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

const AskedItem = z.object({
  at: z.int().nonnegative(),
  actor: z.string(),
  serial: z.string().optional(),
  done: z.boolean(),
});

/** Asked again before it was done, the later time counts. */
export async function writeAsk({ client, table, link }: AskedTable, { name, at, actor, serial }: Ask) {
  const Item = marshall({ ...keyOf(link, name), at, actor, serial, done: false });
  const command = new PutItemCommand({ TableName: table, Item });
  await attempt("PutItem", name, () => client.send(command));
}

/** By name, those that are not done, among the items of the link's partition. One that cannot be read asks for nothing. */
export const readAsks = (items: readonly Attributes[]): ReadonlyMap<string, Ask> =>
  new Map(
    items.flatMap((item): [string, Ask][] => {
      const key = item["sk"]?.S ?? "";
      const asked = key.startsWith(ASKED_PREFIX) ? readItem(AskedItem, item) : null;
      if (asked === null || asked.done) return [];
      const { at, actor, serial } = asked;
      const name = key.slice(ASKED_PREFIX.length);
      return [[name, { name, at, actor, ...(serial === undefined ? {} : { serial }) }]];
    }),
  );

/** When each was asked for. */
export const readAskedAt = (items: readonly Attributes[]): ReadonlyMap<string, Instant> =>
  new Map([...readAsks(items)].map(([name, { at }]) => [name, at]));

/** `at`: what was asked for at that time is done. What was asked for later stands. */
export async function settleAsk({ client, table, link }: AskedTable, name: string, at: Instant) {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: marshall(keyOf(link, name)),
    UpdateExpression: "SET #done = :true, expiresAt = :expiresAt",
    ConditionExpression: "#at = :at",
    ExpressionAttributeNames: { "#done": "done", "#at": "at" },
    ExpressionAttributeValues: marshall({
      ":true": true,
      ":at": at,
      ":expiresAt": expiry(at, KEPT_SECONDS).expiresAt,
    }),
  });
  await attempt("UpdateItem", name, () => client.send(command), CONFLICT);
}

const keyOf = (link: string, name: string) => ({ pk: `link#${link}`, sk: `${ASKED_PREFIX}${name}` });
