/**
 * Takes a concern's report into the incidents, and announces on the bus what became of them. The wish to tell is what
 * stands in the store then: who tells (tell.ts) needs nothing else.
 *
 * In a run that finds nothing new this is one read. Two runs at once may report the same: what one has written, the
 * other finds, and plans again.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { announceIncidents } from "./announce.ts";
import type { IncidentBus } from "./bus.ts";
import type { Incident } from "./incident.ts";
import { type IncidentChange, planIncidents, type Report, type Scope } from "./plan.ts";
import type { IncidentStore } from "./store.ts";

export interface Alerts extends Scope {
  readonly store: IncidentStore;
  readonly bus: IncidentBus;
  readonly clock: Clock;
  readonly log: Log;
}

/** Each time somebody else has got further; with a few runs at once, one is enough. */
const TRIES_MAX = 8;

export interface Reported {
  /** What was changed, those seen again left out. */
  readonly changes: readonly IncidentChange[];
  /** One short sentence for each thing that a person should look at. */
  readonly trouble: readonly string[];
}

/** Throws `CloudError` when the table could not be read or written: what could be written stands all the same. */
export async function reportConditions(alerts: Alerts, report: Report): Promise<Reported> {
  const done: IncidentChange[] = [];
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { incidents, unreadable } = await alerts.store.readIncidents();
    const changes = planIncidents(alerts, incidents, report).filter(
      ({ after }) => !unreadable.includes(after.key),
    );
    const { written, failure, contended } = await writeAll(alerts, changes);
    done.push(...written.filter(({ kind }) => kind !== "see"));
    if (contended && failure === null) continue;
    const late = await announceIncidents(alerts, afterwards(incidents, written));
    if (failure !== null) throw failure;
    return { changes: done, trouble: [...tellUnreadable(alerts, unreadable), ...late] };
  }
  const operation = "UpdateItem";
  throw new CloudError({
    provider: "aws",
    operation,
    target: report.concern,
    code: "incidents-contended",
    retryable: true,
  });
}

/** What one incident cannot be written for does not keep the others from being written. */
async function writeAll(alerts: Alerts, changes: readonly IncidentChange[]) {
  const written: IncidentChange[] = [];
  let failure: CloudError | null = null;
  let contended = false;
  for (const change of changes) {
    try {
      if (await writeOne(alerts, change)) written.push(change);
      // That it was seen later than it was seen here is just as good.
      else if (change.kind !== "see") contended = true;
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      failure ??= error;
    }
  }
  return { written, failure, contended };
}

async function writeOne({ store, log }: Alerts, change: IncidentChange): Promise<boolean> {
  const { kind, before, after } = change;
  // What it takes the place of must already stand in the history.
  if (before !== null && before.id !== after.id && !before.filed) await store.file(before);
  if (!(await store.write(change))) return false;
  const { key: incident, id, severity, state, revision } = after;
  if (kind !== "see") log.info("incident.changed", { incident, id, kind, severity, state, revision });
  return true;
}

function afterwards(incidents: readonly Incident[], changes: readonly IncidentChange[]): Incident[] {
  const byKey = new Map(incidents.map((incident) => [incident.key, incident]));
  for (const { after } of changes) byKey.set(after.key, after);
  return [...byKey.values()];
}

export function tellUnreadable({ log }: Pick<Alerts, "log">, keys: readonly string[]): string[] {
  for (const incident of keys) log.error("incident.unreadable", { incident });
  return keys.map((key) => `incident ${key}: written by another version`);
}
