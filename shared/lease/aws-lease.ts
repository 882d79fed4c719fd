/**
 * The link's lease in the journal's table: one item, `link#<link>` / `lease`. Releasing it ends it and keeps the item,
 * for its number must never begin anew. Each grant has a mark of its own: when the answer to it is lost, the call that
 * is made again finds the lease held, and knows by the mark that it is its own.
 */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { attempt, broken, marshall, parseItem } from "../journal/items.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Granted, Held, Lease } from "./lease.ts";

/** Longer than Lambda lets any function run (15 minutes). */
export const LEASE_SECONDS = 1_200;
/** What one call may take, with every attempt. */
const CALL_SECONDS = 60;
const HELD = "ConditionalCheckFailedException";

const LeaseItem = z.object({
  holder: z.string(),
  fence: z.int().positive(),
  until: z.int(),
  /** An earlier version wrote none. */
  grant: z.string().optional(),
});

export interface LeaseTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
  readonly clock: Clock;
  /** A mark that no other grant has. */
  readonly newGrant: () => string;
}

export function dynamoLease({ client, table, link, clock, newGrant }: LeaseTable): Lease {
  const Key = marshall({ pk: `link#${link}`, sk: "lease" });

  const read = async (): Promise<z.infer<typeof LeaseItem> | null> => {
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
    const { Item } = await attempt("GetItem", "lease", () => client.send(command));
    return Item === undefined ? null : parseItem(LeaseItem, Item, "GetItem", "lease");
  };

  return {
    async acquire(holder) {
      const now = clock();
      const grant = newGrant();
      const command = new UpdateItemCommand({
        TableName: table,
        Key,
        UpdateExpression: "SET holder = :holder, #until = :until, #grant = :grant ADD fence :one",
        ConditionExpression: "attribute_not_exists(pk) OR #until <= :now",
        ExpressionAttributeNames: { "#until": "until", "#grant": "grant" },
        ExpressionAttributeValues: marshall({
          ":holder": holder,
          ":grant": grant,
          ":until": now + LEASE_SECONDS,
          ":now": now,
          ":one": 1,
        }),
        ReturnValues: "ALL_NEW",
      });
      const answer = await attempt("UpdateItem", "lease", () => client.send(command), HELD);
      if (answer === null) return heldBy(await read(), grant);
      if (answer.Attributes === undefined) throw broken("UpdateItem", "lease", "unreadable-answer", true);
      return { fence: parseItem(LeaseItem, answer.Attributes, "UpdateItem", "lease").fence };
    },
    async check(fence) {
      const lease = await read();
      return lease !== null && lease.fence === fence && lease.until > clock() + CALL_SECONDS;
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

/** What was held a moment ago is never deleted: that it is gone says that somebody works on the table. */
function heldBy(lease: z.infer<typeof LeaseItem> | null, grant: string): Granted | Held {
  if (lease === null) throw broken("GetItem", "lease", "lease-vanished", true);
  const { holder, until, fence } = lease;
  return lease.grant === grant ? { fence } : { holder, until };
}
