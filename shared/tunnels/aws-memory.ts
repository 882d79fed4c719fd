/**
 * The tunnels' memory in the journal's table: one item, `link#<link>` / `memory#tunnels`, read together with whether the
 * link is frozen (`freeze`). A version that is counted up keeps two runs from building on the same one.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { FREEZE_KEY, readFreeze } from "../freeze/aws-freeze.ts";
import { attempt, marshall, parseItem } from "../journal/items.ts";
import { readAll } from "../journal/pages.ts";
import type { MemoryStore } from "./memory-store.ts";
import { Memory, NO_MEMORY } from "./schema.ts";

/** Between the word about the freeze and this stand the open incidents and the link's lease, of which there are few. */
const MEMORY = "memory#tunnels";
const CONFLICT = "ConditionalCheckFailedException";

const MemoryItem = Memory.strip();

export interface MemoryTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

export function dynamoMemory({ client, table, link }: MemoryTable): MemoryStore {
  const pk = `link#${link}`;
  return {
    async read() {
      const items = await readAll({ client, table, pk, from: FREEZE_KEY, to: MEMORY });
      const item = items.find(({ sk }) => sk?.S === MEMORY);
      return {
        memory: item === undefined ? NO_MEMORY : parseItem(MemoryItem, item, "Query", MEMORY),
        freeze: readFreeze(items),
      };
    },
    async write(memory) {
      const next = { ...memory, version: memory.version + 1 };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk, sk: MEMORY, ...next }),
        ConditionExpression: memory.version === 0 ? "attribute_not_exists(pk)" : "version = :version",
        ...(memory.version === 0
          ? {}
          : { ExpressionAttributeValues: marshall({ ":version": memory.version }) }),
      });
      const written = await attempt("PutItem", MEMORY, () => client.send(command), CONFLICT);
      return written === null ? null : next;
    },
  };
}
