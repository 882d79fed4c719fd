/**
 * The link's lease in the journal's table: one item, `link#<link>` / `lease`. Releasing it ends it and keeps the item,
 * for its number must never begin anew.
 */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { attempt, broken, marshall, parseItem } from "../journal/items.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Lease } from "./lease.ts";

/** Longer than Lambda lets any function run (15 minutes). */
export const LEASE_SECONDS = 1_200;
/** What one call may take, with every attempt. */
const CALL_SECONDS = 60;
const HELD = "ConditionalCheckFailedException";

const LeaseItem = z.object({ holder: z.string(), fence: z.int().positive(), until: z.int() });

export interface LeaseTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
  readonly clock: Clock;
}

export function dynamoLease({ client, table, link, clock }: LeaseTable): Lease {
  const Key = marshall({ pk: `link#${link}`, sk: "lease" });
  return {
    async acquire(holder) {
      const now = clock();
      const command = new UpdateItemCommand({
        TableName: table,
        Key,
        UpdateExpression: "SET holder = :holder, #until = :until ADD fence :one",
        ConditionExpression: "attribute_not_exists(pk) OR #until <= :now",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: marshall({
          ":holder": holder,
          ":until": now + LEASE_SECONDS,
          ":now": now,
          ":one": 1,
        }),
        ReturnValues: "ALL_NEW",
      });
      const answer = await attempt("UpdateItem", "lease", () => client.send(command), HELD);
      if (answer === null) return null;
      if (answer.Attributes === undefined) throw broken("UpdateItem", "lease", "unreadable-answer", true);
      return { fence: parseItem(LeaseItem, answer.Attributes, "UpdateItem", "lease").fence };
    },
    async check(fence) {
      const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item } = await attempt("GetItem", "lease", () => client.send(command));
      if (Item === undefined) return false;
      const lease = parseItem(LeaseItem, Item, "GetItem", "lease");
      return lease.fence === fence && lease.until > clock() + CALL_SECONDS;
    },
    async release(fence) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key,
        UpdateExpression: "SET #until = :ended",
        ConditionExpression: "fence = :fence",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: marshall({ ":ended": 0, ":fence": fence }),
      });
      await attempt("UpdateItem", "lease", () => client.send(command), HELD);
    },
  };
}
