/**
 * What is remembered of API keys in the journal's table: one item for each, `link#<link>` / `api-key#<name>`. Beside them
 * is read what stands from the freeze to what people asked for; whatever waits in the outbox stands between. Incidents
 * have a partition of their own.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { dynamoIncidents } from "../alerts/aws-store.ts";
import { ASKED_PREFIX, readAskedAt, settleAsk, writeAsk } from "../asks/aws-asks.ts";
import { FREEZE_KEY, readFreeze } from "../freeze/aws-freeze.ts";
import { type Attributes, attempt, CONFLICT, marshall, parseItem, readItem } from "../journal/items.ts";
import { afterPrefix, readAll } from "../journal/pages.ts";
import { ApiKeyMemory } from "./api-key-schema.ts";
import type { KeptKey, KeysStandingStore } from "./api-keys-standing.ts";

const PREFIX = "api-key#";

const KeyItem = z.object({ version: z.int().positive(), lookAt: z.int().nonnegative() });
const MemoryItem = z.object({ memory: ApiKeyMemory });

export interface KeysTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

export function dynamoKeysStanding(where: KeysTable): KeysStandingStore {
  const { client, table, link } = where;
  const pk = `link#${link}`;
  return {
    async read() {
      const [kept, items, { incidents }] = await Promise.all([
        readKeptKeys(where),
        readAll({ client, table, pk, from: FREEZE_KEY, to: afterPrefix(ASKED_PREFIX) }),
        dynamoIncidents(where).readIncidents(),
      ]);
      return { freeze: readFreeze(items), asked: readAskedAt(items), kept, incidents };
    },
    async keep(name, before, { memory, lookAt }) {
      const version = (before?.version ?? 0) + 1;
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ pk, sk: PREFIX + name, version, lookAt, memory }),
        ConditionExpression: before === null ? "attribute_not_exists(pk)" : "version = :version",
        ...(before === null ? {} : { ExpressionAttributeValues: marshall({ ":version": before.version }) }),
      });
      const written = await attempt("PutItem", name, () => client.send(command), CONFLICT);
      return written === null ? null : { memory, lookAt, version };
    },
    ask: (name, at, actor) => writeAsk(where, { name, at, actor }),
    settle: (name, at) => settleAsk(where, name, at),
  };
}

/** By the link's name of a key. */
export async function readKeptKeys({
  client,
  table,
  link,
}: KeysTable): Promise<ReadonlyMap<string, KeptKey>> {
  const pk = `link#${link}`;
  const items = await readAll({ client, table, pk, from: PREFIX, to: afterPrefix(PREFIX) });
  return new Map(items.flatMap(keptIn));
}

/** Without its version nothing could be written in its place: that is no case for going on as if it were not there. */
function keptIn(item: Attributes): [string, KeptKey][] {
  const key = item["sk"]?.S ?? "";
  if (!key.startsWith(PREFIX)) return [];
  const kept = parseItem(KeyItem, item, "Query", key);
  return [[key.slice(PREFIX.length), { ...kept, memory: readItem(MemoryItem, item)?.memory ?? null }]];
}
