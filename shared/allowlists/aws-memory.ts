/**
 * The allowlists' memory in the journal's table: one item, `link#<link>` / `memory#allowlists`. A version that is
 * counted up keeps two runs from building on the same one.
 */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { type Attributes, attempt, CONFLICT, marshall, parseItem } from "../journal/items.ts";
import { AllowlistMemory, NO_MEMORY } from "./memory.ts";
import type { AllowlistMemoryStore } from "./memory-store.ts";

/** Where a query of what stands of a link's allowlists ends, so that it reads this too. */
export const MEMORY_KEY = "memory#allowlists";

export interface AllowlistMemoryTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

/** Among the items of a link's partition. Throws `CloudError` for one in a form that is not known. */
export function readAllowlistMemory(items: readonly Attributes[]): AllowlistMemory {
  return toMemory(
    items.find((item) => item["sk"]?.S === MEMORY_KEY),
    "Query",
  );
}

const toMemory = (item: Attributes | undefined, operation: string): AllowlistMemory =>
  item === undefined ? NO_MEMORY : parseItem(AllowlistMemory, item, operation, MEMORY_KEY);

export function dynamoAllowlistMemory({ client, table, link }: AllowlistMemoryTable): AllowlistMemoryStore {
  const key = { pk: `link#${link}`, sk: MEMORY_KEY };
  return {
    async read() {
      const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
      const { Item } = await attempt("GetItem", MEMORY_KEY, () => client.send(command));
      return toMemory(Item, "GetItem");
    },
    async write(memory) {
      const next = { ...memory, version: memory.version + 1 };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...key, ...next }),
        ConditionExpression: memory.version === 0 ? "attribute_not_exists(pk)" : "version = :version",
        ...(memory.version === 0
          ? {}
          : { ExpressionAttributeValues: marshall({ ":version": memory.version }) }),
      });
      const written = await attempt("PutItem", MEMORY_KEY, () => client.send(command), CONFLICT);
      return written === null ? null : next;
    },
  };
}
