/**
 * What a rotation of pre-shared keys remembers, in the journal's table: one item, `link#<link>` / `memory#pre-shared-keys`,
 * whose version is counted up. Between the word about the freeze and what the tunnels concern remembers stand what
 * people have asked for, and this: one query reads all of it.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamoIncidents } from "../alerts/aws-store.ts";
import type { Standing as IncidentStanding, IncidentStore } from "../alerts/store.ts";
import { readAskedAt } from "../asks/aws-asks.ts";
import { FREEZE_KEY, readFreeze } from "../freeze/aws-freeze.ts";
import type { Freeze } from "../freeze/schema.ts";
import { attempt, CONFLICT, marshall } from "../journal/items.ts";
import { readAll } from "../journal/pages.ts";
import { readTunnelsMemory, TUNNELS_MEMORY } from "../tunnels/aws-memory.ts";
import type { MemoryStore } from "../tunnels/memory-store.ts";
import { PRE_SHARED_MEMORY, readPreSharedMemory } from "./pre-shared-differ.ts";
import type { PreSharedStore } from "./pre-shared-ports.ts";

export interface PreSharedTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly link: string;
}

export interface PreSharedStanding {
  readonly store: PreSharedStore;
  /** Of which the first look costs no read of its own. */
  readonly incidents: IncidentStore;
  /** As it was read last; null: not yet. */
  readonly freeze: () => Freeze | null;
}

/** Of one invocation. `tunnels`: where the tunnels concern keeps what it remembers. */
export function dynamoPreShared(where: PreSharedTable, tunnels: MemoryStore): PreSharedStanding {
  const { client, table, link } = where;
  const pk = `link#${link}`;
  const incidents = dynamoIncidents(where);
  let seen: IncidentStanding | null = null;
  let freeze: Freeze | null = null;
  return {
    freeze: () => freeze,
    incidents: {
      ...incidents,
      async readIncidents() {
        const first = seen;
        seen = null;
        return first ?? (await incidents.readIncidents());
      },
    },
    store: {
      async read() {
        const [items, standing] = await Promise.all([
          readAll({ client, table, pk, from: FREEZE_KEY, to: TUNNELS_MEMORY }),
          incidents.readIncidents(),
        ]);
        seen = standing;
        freeze = readFreeze(items);
        return {
          memory: readPreSharedMemory(items),
          tunnelsMemory: readTunnelsMemory(items),
          incidents: openOf(standing),
          frozen: freeze.frozen,
          askedFor: readAskedAt(items),
        };
      },
      async write(memory) {
        const next = { ...memory, version: memory.version + 1 };
        const command = new PutItemCommand({
          TableName: table,
          Item: marshall({ pk, sk: PRE_SHARED_MEMORY, ...next }),
          ConditionExpression: memory.version === 0 ? "attribute_not_exists(pk)" : "version = :version",
          ...(memory.version === 0
            ? {}
            : { ExpressionAttributeValues: marshall({ ":version": memory.version }) }),
        });
        const written = await attempt("PutItem", PRE_SHARED_MEMORY, () => client.send(command), CONFLICT);
        return written === null ? null : next;
      },
      async announce(work) {
        const { memory } = await tunnels.read();
        if (memory === null || memory.work?.reason === "repair") return false;
        if (work === null && memory.work === null) return true;
        const announced = work === null ? null : ({ ...work, reason: "planned" } as const);
        return (await tunnels.write({ ...memory, work: announced })) !== null;
      },
    },
  };
}

/** One that another version wrote may be a severe one. */
const openOf = ({ incidents, unreadable }: IncidentStanding) => [
  ...incidents.filter(({ state }) => state === "open").map(({ key, severity }) => ({ key, severity })),
  ...unreadable.map((key) => ({ key, severity: "warning" as const })),
];
