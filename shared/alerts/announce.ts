/**
 * Announces on the link's bus what it was not told yet of any incident, those of runs that died before among them,
 * and files what is over and told. What the bus does not take waits for the next run.
 */
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { IncidentBus } from "./bus.ts";
import { incidentEvent } from "./event.ts";
import { type Incident, isSettled, isUnannounced } from "./incident.ts";
import type { Scope } from "./plan.ts";
import type { IncidentStore } from "./store.ts";

export interface Announcer extends Scope {
  readonly store: IncidentStore;
  readonly bus: IncidentBus;
  readonly clock: Clock;
  readonly log: Log;
}

const LATE_SECONDS = 3_600;

/** Says what has waited for so long that a person should look. Throws `CloudError` for a failure of the table. */
export async function announceIncidents(
  announcer: Announcer,
  incidents: readonly Incident[],
): Promise<string[]> {
  const waiting = incidents.filter(isUnannounced);
  const { told, code } = await tellBus(announcer, waiting);
  const byId = new Map(told.map((incident) => [incident.id, incident]));
  for (const incident of told)
    if (incident.announced !== null) await announcer.store.noteAnnounced(incident, incident.announced);
  await fileSettled(
    announcer,
    incidents.map((incident) => byId.get(incident.id) ?? incident),
  );
  if (code === null) return [];
  const since = announcer.clock() - LATE_SECONDS;
  const late = waiting.filter(({ id, changedAt }) => !byId.has(id) && changedAt < since);
  const count = waiting.length - told.length;
  announcer.log.warn("incidents.unannounced", { code, count, late: late.length });
  return late.map(({ key }) => `incident ${key}: not announced on the bus: ${code}`);
}

async function tellBus({ bus, link }: Announcer, waiting: readonly Incident[]) {
  if (waiting.length === 0) return { told: [], code: null };
  const events = waiting.map((incident) => ({ incident, event: incidentEvent(link, incident) }));
  const { ids, code } = await bus.tell(events.map(({ event }) => event));
  const told = events
    .filter(({ event }) => ids.has(event.id))
    .map(({ incident }) => {
      const { revision, state, severity } = incident;
      return { ...incident, announced: { revision, state, severity } };
    });
  return { told, code };
}

export async function fileSettled(
  { store, log, messenger }: Pick<Announcer, "store" | "log" | "messenger">,
  incidents: readonly Incident[],
): Promise<void> {
  for (const incident of incidents) {
    if (incident.filed || !isSettled(incident, messenger)) continue;
    await store.file(incident);
    log.info("incident.filed", { incident: incident.key, id: incident.id });
  }
}
