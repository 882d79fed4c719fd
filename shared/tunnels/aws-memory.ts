/**
 * The tunnels' memory in the journal's table: one item, `link#<link>` / `memory#tunnels`, read together with whether the
 * link is frozen (`freeze`). A version that is counted up keeps two runs from building on the same one.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { FREEZE_KEY, readFreeze } from "../freeze/aws-freeze.ts";
import { type Attributes, attempt, marshall, readItem } from "../journal/items.ts";
import { readAll } from "../journal/pages.ts";
import { readEndsDiffer } from "../keys/pre-shared-differ.ts";
import type { MemoryStore } from "./memory-store.ts";
import { Memory, NO_MEMORY } from "./schema.ts";

/** Between the word about the freeze and this stand the link's lease and what others remember, of which there is little. */
export const TUNNELS_MEMORY = "memory#tunnels";
const CONFLICT = "ConditionalCheckFailedException";

const MemoryItem = Memory.strip();

export interface MemoryTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

/** Null when something stands there that cannot be read. */
export function readTunnelsMemory(items: readonly Attributes[]): Memory | null {
  const item = items.find(({ sk }) => sk?.S === TUNNELS_MEMORY);
  return item === undefined ? NO_MEMORY : readItem(MemoryItem, item);
}

export function dynamoTunnels({ client, table, link }: MemoryTable): MemoryStore {
  const pk = `link#${link}`;
  return {
    async read() {
      const items = await readAll({ client, table, pk, from: FREEZE_KEY, to: TUNNELS_MEMORY });
      return {
        memory: readTunnelsMemory(items),
        freeze: readFreeze(items),
        endsDiffer: readEndsDiffer(items),
      };
    },
    async write(memory) {
      const next = { ...memory, version: memory.version + 1 };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk, sk: TUNNELS_MEMORY, ...next }),
        ConditionExpression: memory.version === 0 ? "attribute_not_exists(pk)" : "version = :version",
        ...(memory.version === 0
          ? {}
          : { ExpressionAttributeValues: marshall({ ":version": memory.version }) }),
      });
      const written = await attempt("PutItem", TUNNELS_MEMORY, () => client.send(command), CONFLICT);
      return written === null ? null : next;
    },
  };
}
