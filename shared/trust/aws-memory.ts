/**
 * What is remembered of the trust in the journal's table: one item, `link#<link>` / `memory#trust`. A version that is
 * counted up keeps two runs from building on the same one.
 */
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { FreezeTable } from "../freeze/aws-freeze.ts";
import { type Attributes, attempt, CONFLICT, marshall, readItem } from "../journal/items.ts";
import { NO_TRUST_MEMORY, TrustMemory, type TrustMemoryStore } from "./memory.ts";

export const TRUST_MEMORY = "memory#trust";

/** What cannot be read is begun anew, in the place of what stands there: it is all found again in the clouds. */
export function readTrustMemory(items: readonly Attributes[]): TrustMemory {
  const item = items.find(({ sk }) => sk?.S === TRUST_MEMORY);
  if (item === undefined) return NO_TRUST_MEMORY;
  const version = Number(item["version"]?.N);
  const broken = { ...NO_TRUST_MEMORY, version: Number.isSafeInteger(version) ? version : 0 };
  return readItem(TrustMemory, item) ?? broken;
}

export function dynamoTrustMemory({ client, table, link }: FreezeTable): TrustMemoryStore {
  return {
    async write(memory) {
      const next = { ...memory, version: memory.version + 1 };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk: `link#${link}`, sk: TRUST_MEMORY, ...next }),
        ConditionExpression: "attribute_not_exists(version) OR version = :version",
        ExpressionAttributeValues: marshall({ ":version": memory.version }),
      });
      const written = await attempt("PutItem", TRUST_MEMORY, () => client.send(command), CONFLICT);
      return written === null ? null : next;
    },
  };
}
