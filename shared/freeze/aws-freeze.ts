/** The word about the freeze in the journal's table: one item, `link#<link>` / `freeze`, which is never deleted. */
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Attributes, attempt, CONFLICT, marshall, readItem } from "../journal/items.ts";
import { type Freeze, FreezeWord, freezeOf, NEVER_FROZEN, UNREADABLE } from "./schema.ts";
import type { FreezeStore } from "./store.ts";

/** Where a query of what stands of a link begins, so that it reads this too. */
export const FREEZE_KEY = "freeze";

export interface FreezeTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

/** Among the items of a link's partition, from `FREEZE_KEY` on. */
export const readFreeze = (items: readonly Attributes[]): Freeze =>
  toFreeze(items.find((item) => item["sk"]?.S === FREEZE_KEY));

function toFreeze(item: Attributes | undefined): Freeze {
  if (item === undefined) return NEVER_FROZEN;
  const word = readItem(FreezeWord, item);
  return word === null ? UNREADABLE : freezeOf(word);
}

export function dynamoFreeze({ client, table, link }: FreezeTable): FreezeStore {
  const key = { pk: `link#${link}`, sk: FREEZE_KEY };
  return {
    async read() {
      const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
      const { Item } = await attempt("GetItem", FREEZE_KEY, () => client.send(command));
      return toFreeze(Item);
    },
    async say(word) {
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...key, ...word }),
        // What has no time that can be compared gives way to any word.
        ConditionExpression: "attribute_not_exists(pk) OR NOT attribute_type(#at, :number) OR #at < :at",
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: marshall({ ":number": "N", ":at": word.at }),
      });
      return (await attempt("PutItem", FREEZE_KEY, () => client.send(command), CONFLICT)) !== null;
    },
    async settle({ at }) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: marshall(key),
        UpdateExpression: "SET settled = :true",
        ConditionExpression: "#at = :at",
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: marshall({ ":true": true, ":at": at }),
      });
      await attempt("UpdateItem", FREEZE_KEY, () => client.send(command), CONFLICT);
    },
  };
}
