/**
 * The store of incidents in memory. What it keeps is a copy, as in a table, which nobody can change: so it may be given out
 * as often as it is asked for.
 */
import { Incident } from "../../shared/alerts/incident.ts";
import type { IncidentStore } from "../../shared/alerts/store.ts";
import type { Calls } from "./calls.ts";

export interface ModelIncidents extends IncidentStore {
  /** By key, as they stand. */
  readonly standing: ReadonlyMap<string, Incident>;
  /** What is over and told, each once, in the order in which it was filed. */
  readonly history: ReadonlyMap<string, Incident>;
}

export function modelIncidents(calls: Calls): ModelIncidents {
  const standing = new Map<string, Incident>();
  const history = new Map<string, Incident>();
  const copy = (incident: Incident) => frozen(Incident.parse(structuredClone(incident)));
  /** Undefined when another incident has taken its place, or it is not as it must be. */
  const standsAs = ({ key, id }: Incident, holds: (stands: Incident) => boolean) => {
    const stands = standing.get(key);
    return stands?.id === id && holds(stands) ? stands : undefined;
  };
  const set = (incident: Incident) => void standing.set(incident.key, copy(incident));
  return {
    standing,
    history,
    readIncidents: () =>
      calls.perform("incidents.read", "", () => ({
        incidents: [...standing.values()],
        unreadable: [],
      })),
    write: ({ kind, before, after }) =>
      calls.perform("incidents.write", `${kind} ${after.key}`, () => {
        if (before === null) {
          if (standing.has(after.key)) return false;
          set(after);
          return true;
        }
        const isReplaced = before.id !== after.id;
        const stands = standsAs(before, ({ revision, observedAt, filed }) =>
          isReplaced
            ? revision === before.revision
            : revision === before.revision && observedAt === before.observedAt && !filed,
        );
        if (stands === undefined) return false;
        const { told, telling, announced } = stands;
        set(isReplaced ? after : { ...after, told, telling, announced });
        return true;
      }),
    claim: (incident, telling) =>
      calls.perform("incidents.claim", incident.key, () => {
        const { telling: read } = incident;
        const known = [read?.attempt, telling.attempt];
        const stands = standsAs(incident, (now) => known.includes(now.telling?.attempt));
        if (stands === undefined) return null;
        set({ ...stands, telling });
        return copy({ ...stands, telling });
      }),
    noteTold: (incident, told, release) =>
      calls.perform("incidents.note-told", incident.key, () => {
        const attempt = incident.telling?.attempt;
        const stands = standsAs(incident, (now) => now.telling !== null && now.telling.attempt === attempt);
        if (stands === undefined) return false;
        set({ ...stands, told, telling: release ? null : stands.telling });
        return true;
      }),
    noteAnnounced: (incident, announced) =>
      calls.perform("incidents.note-announced", incident.key, () => {
        const isLater = (now: Incident) =>
          now.announced === null || now.announced.revision < announced.revision;
        const stands = standsAs(incident, isLater);
        if (stands !== undefined) set({ ...stands, announced });
      }),
    file: (incident) =>
      calls.perform("incidents.file", incident.key, () => {
        history.set(`${incident.closedAt}#${incident.key}`, copy({ ...incident, filed: true }));
        const stands = standsAs(incident, ({ revision }) => revision === incident.revision);
        if (stands !== undefined) set({ ...stands, filed: true });
      }),
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
