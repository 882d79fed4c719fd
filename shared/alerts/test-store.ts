/** The store of incidents over DynamoDB for tests, and what they write into it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "vitest";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { dynamoIncidents } from "./aws-store.ts";
import type { Incident } from "./incident.ts";
import { type IncidentChange, planIncidents } from "./plan.ts";
import type { IncidentStore } from "./store.ts";
import { AT, condition, incidentOf, reportOf, SCOPE } from "./test-conditions.ts";

export const TABLE = "journal";

/** The adapter over DynamoDB. Who starts it closes it. */
export async function startStore() {
  const dynamodb = await startDynamoDb({ kernel: makeKernel({ calm: true }), region });
  const world = await startWorld(() => [dynamodb.service]);
  await dynamodb.createTable({ name: TABLE, partitionKey: "pk", sortKey: "sk" });
  const client = new DynamoDBClient(world.client());
  const of = (link: string) => dynamoIncidents({ client, table: TABLE, link });
  const store = of(SCOPE.link);
  const close = async () => {
    await world.server.close();
    await dynamodb.close();
  };
  return { ...world, client, of, store, close, items: () => dynamodb.items(TABLE) };
}

export const opening = (after: Incident): IncidentChange => ({ kind: "open", before: null, after });
export const claimOf = (attempt: string) => ({ attempt, until: AT + 120 });
export const toldOf = (revision: number, notes: string[] = []) => ({
  channel: "C0123456789",
  ts: "1795248000.000001",
  revision,
  notes,
  maybeTwice: false,
});

export async function only(store: IncidentStore): Promise<Incident> {
  const { incidents } = await store.readIncidents();
  const [incident] = incidents;
  if (incident === undefined || incidents.length > 1) throw new Error("not exactly one incident");
  return incident;
}

export async function opened(store: IncidentStore, incident = incidentOf("tunnels")): Promise<Incident> {
  expect(await store.write(opening(incident))).toBe(true);
  return incident;
}

/** What a later report makes of it. */
export function next(
  incident: Incident,
  at: number,
  changes: Parameters<typeof condition>[1],
): IncidentChange {
  const [change] = planIncidents(SCOPE, [incident], reportOf(at, [condition(incident.key, changes)]));
  if (change === undefined) throw new Error("nothing changes");
  return change;
}

export function ending(incident: Incident, at: number): IncidentChange {
  const [change] = planIncidents(SCOPE, [incident], reportOf(at, []));
  if (change === undefined) throw new Error("nothing changes");
  return change;
}
