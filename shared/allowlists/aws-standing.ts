/**
 * What people agreed to, in the journal's table: one item for each security group, `link#<link>` / `allowlist#<group>`.
 * It is read together with the freeze and the memory, which stand after it in the same partition.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { FREEZE_KEY, readFreeze } from "../freeze/aws-freeze.ts";
import { type Attributes, attempt, CONFLICT, marshall, readItem } from "../journal/items.ts";
import { readAll } from "../journal/pages.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Agreed } from "./agreed.ts";
import { MEMORY_KEY, readAllowlistMemory } from "./aws-memory.ts";
import { type AllowlistMemory, lookOf, NO_MEMORY } from "./memory.ts";
import type { Rule } from "./schema.ts";
import { Kept, type Standing, type StandingStore } from "./standing.ts";

const PREFIX = "allowlist#";
/** A thousand groups with sixty rules each. */
const PAGES_MAX = 20;

export interface StandingTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

export function dynamoStanding({ client, table, link }: StandingTable): StandingStore {
  const pk = `link#${link}`;
  const partition = { client, table, pk, pagesMax: PAGES_MAX };
  return {
    async read(groups) {
      // Between the word about the freeze and the memory stand the open incidents, of which there are few.
      if (groups === "all") return toStanding(await readAll({ ...partition, from: PREFIX, to: MEMORY_KEY }));
      const reads = [
        readAll({ ...partition, from: FREEZE_KEY, to: MEMORY_KEY }),
        ...groups.map((name) => readAll({ ...partition, from: PREFIX + name, to: PREFIX + name })),
      ];
      return toStanding((await Promise.all(reads)).flat());
    },
    async keep(group, kept) {
      const { lastApplied, accepted, scope, unseenSince } = kept;
      const next = { lastApplied, accepted, scope, unseenSince, version: kept.version + 1 };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk, sk: PREFIX + group, ...next, ...toPlain(next) }),
        ConditionExpression: kept.version === 0 ? "attribute_not_exists(pk)" : "version = :version",
        ...(kept.version === 0 ? {} : { ExpressionAttributeValues: marshall({ ":version": kept.version }) }),
      });
      const written = await attempt("PutItem", group, () => client.send(command), CONFLICT);
      return written === null ? null : next;
    },
  };
}

const toPlain = ({ lastApplied, scope }: Agreed) => ({
  lastApplied: lastApplied?.map(plainRule) ?? null,
  scope: scope && { ...scope, directions: [...scope.directions] },
});

const plainRule = ({ ports, ...rule }: Rule) => ({ ...rule, ports: ports === null ? null : { ...ports } });

function toStanding(items: readonly Attributes[]): Standing {
  const memory = memoryIn(items);
  const kept = items.flatMap((item): [string, Kept | "unreadable"][] => {
    const key = item["sk"]?.S ?? "";
    return key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), readItem(Kept, item) ?? "unreadable"]] : [];
  });
  return { freeze: readFreeze(items), lookOf: (group) => lookOf(memory, group), kept: new Map(kept) };
}

/** Healing needs nothing of it: one that cannot be read is told by whoever keeps it (tell.ts), and stops no run. */
function memoryIn(items: readonly Attributes[]): AllowlistMemory {
  try {
    return readAllowlistMemory(items);
  } catch (error) {
    if (error instanceof CloudError) return NO_MEMORY;
    throw error;
  }
}
