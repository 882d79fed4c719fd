/**
 * What is remembered of refused callers, in the journal's table: one item, `auth#<link>` / `memory#auth-failures`. A
 * version that is counted up keeps two deliveries from building on the same one.
 *
 * It has a partition of its own. Strangers decide how often it is written, and a partition takes only so many writes a
 * second (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html): the link's
 * lease, its freeze and its incidents are not to wait for them.
 */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { type Attributes, attempt, CONFLICT, marshall, parseItem, readItem } from "../journal/items.ts";
import { AuthMemory, NO_MEMORY } from "./memory.ts";
import type { AuthMemoryStore, ReadMemory } from "./memory-store.ts";

const MEMORY_KEY = "memory#auth-failures";

export interface AuthMemoryTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

export function dynamoAuthMemory({ client, table, link }: AuthMemoryTable): AuthMemoryStore {
  const key = { pk: `auth#${link}`, sk: MEMORY_KEY };
  return {
    async read() {
      const command = new GetItemCommand({ TableName: table, Key: marshall(key), ConsistentRead: true });
      const { Item } = await attempt("GetItem", MEMORY_KEY, () => client.send(command));
      return Item === undefined ? { memory: NO_MEMORY, isLost: false } : readMemory(Item);
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

const Versioned = z.object({ version: AuthMemory.shape.version });

/**
 * Of another release, or damaged: it is worth a window's count, and nobody is to go without telling until a person has
 * deleted it. Without a version it could not be written over for certain, and that throws.
 */
function readMemory(item: Attributes): ReadMemory {
  const memory = readItem(AuthMemory, item);
  if (memory !== null) return { memory, isLost: false };
  const { version } = parseItem(Versioned, item, "GetItem", MEMORY_KEY);
  return { memory: { ...NO_MEMORY, version }, isLost: true };
}
