/** Conditions and incidents for tests. */
import type { Condition } from "./condition.ts";
import { Incident } from "./incident.ts";
import { planIncidents, type Report } from "./plan.ts";

export const AT = 1_795_248_000;
export const SCOPE = { link: "test-link", messenger: true };

export const condition = (key: string, changes: Partial<Condition> = {}): Condition => ({
  key,
  concern: "tunnels",
  severity: "warning",
  title: "One tunnel is down",
  facts: [{ label: "down", value: key }],
  actions: [],
  links: [{ text: "VPN connection", url: "https://console.example.com/vpn" }],
  runbook: "tunnels",
  ...changes,
});

export const reportOf = (
  observedAt: number,
  conditions: readonly Condition[],
  changes: Partial<Report> = {},
): Report => ({ concern: "tunnels", conditions, observedAt, complete: true, ...changes });

export const action = (id: string, at: number, text = `did ${id}`) => ({ id, at, text });

/** As it stands right after it was opened. */
export function incidentOf(key: string, changes: Partial<Incident> = {}): Incident {
  const [opened] = planIncidents(SCOPE, [], reportOf(AT, [condition(key)]));
  return Incident.parse({ ...opened?.after, ...changes });
}

/** Told and announced as it is. */
export function settled(incident: Incident): Incident {
  const { revision, state, severity } = incident;
  const notes = incident.notes.map(({ id }) => id);
  const told = { channel: "C0123456789", ts: "1795248000.000001", revision, notes, maybeTwice: false };
  return { ...incident, told, announced: { revision, state, severity } };
}
