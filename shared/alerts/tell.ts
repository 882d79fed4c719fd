/**
 * Tells every incident of which there is something to tell, the most severe first. What could not be told stays a
 * wish in the store, and the next run goes on. One incident in trouble does not keep the others from being told, and
 * never makes the run green.
 */
import { type Announcer, announceIncidents, fileSettled } from "./announce.ts";
import { severityRank } from "./condition.ts";
import type { Incident } from "./incident.ts";
import type { Messenger } from "./messenger.ts";
import { planTelling } from "./plan-telling.ts";
import { tellUnreadable } from "./report-conditions.ts";
import { type TellOptions, tellIncident, type Untold, type UntoldReason } from "./tell-incident.ts";

export interface Teller extends Omit<Announcer, "messenger">, Omit<TellOptions, "messenger"> {
  /** Null when the bus alone is told. */
  readonly messenger: Messenger | null;
  /** Does this run look after the bus, too? Not one that an event of the bus has started: it would start itself. */
  readonly announces: boolean;
}

export interface UntoldIncident extends Untold {
  /** Its key. */
  readonly incident: string;
  /** It has gone on for so long that a person should look. */
  readonly late: boolean;
}

export interface TellingReport {
  readonly told: number;
  readonly untold: readonly UntoldIncident[];
  readonly trouble: readonly string[];
}

/** With these, nothing more can be told for now. */
const STOPS: ReadonlySet<UntoldReason> = new Set(["rate-limited", "wrong-token-or-channel", "no-time-left"]);
/** These do not mend themselves. */
const TROUBLE: ReadonlySet<UntoldReason> = new Set([
  "refused",
  "wrong-token-or-channel",
  "table-failed",
  "fault",
]);
/** For so long may anything else go on before a person should look. */
const LATE_SECONDS = 900;

/** Throws `CloudError` when the incidents could not be read, or what is over could not be filed. */
export async function tellIncidents(teller: Teller): Promise<TellingReport> {
  const startedAt = teller.clock();
  const { incidents, unreadable } = await teller.store.readIncidents();
  const { told, untold } = await tellAll(teller, incidents);
  const trouble = [...tellUnreadable(teller, unreadable), ...untold.flatMap((one) => troubleOf(one) ?? [])];
  trouble.push(...(await settle(teller, incidents, told)));
  const counts = { told: told.length, untold: untold.length, trouble: trouble.length };
  teller.log.info("run.finished", { ...counts, durationSeconds: teller.clock() - startedAt });
  return { told: told.length, untold, trouble };
}

async function tellAll(teller: Teller, incidents: readonly Incident[]) {
  const { messenger } = teller;
  const told: Incident[] = [];
  const untold: UntoldIncident[] = [];
  if (messenger === null) return { told, untold };
  let stop: Untold | null = null;
  for (const incident of wishesOf(incidents, messenger.channel)) {
    const result: Untold | null = stop ?? (await tellIncident({ ...teller, messenger }, incident));
    tellOutcome(teller, incident, result);
    if (result === null) told.push(incident);
    else untold.push(toUntold(teller, incident, result));
    if (result !== null && STOPS.has(result.reason)) stop = result;
  }
  return { told, untold };
}

/** The most severe first, and of those the oldest. */
const wishesOf = (incidents: readonly Incident[], channel: string): Incident[] =>
  incidents
    .filter((incident) => planTelling(incident, channel, { message: false, notes: false }) !== null)
    .sort(
      (one, other) =>
        severityRank(one.severity) - severityRank(other.severity) ||
        one.openedAt - other.openedAt ||
        (one.key < other.key ? -1 : 1),
    );

const toUntold = (teller: Teller, { key, changedAt }: Incident, why: Untold): UntoldIncident => ({
  incident: key,
  ...why,
  late: changedAt < teller.clock() - LATE_SECONDS,
});

const troubleOf = ({ incident, reason, detail, late }: UntoldIncident): string | null =>
  TROUBLE.has(reason) || late ? `incident ${incident}: not told: ${detail}` : null;

function tellOutcome(
  { log }: Teller,
  { key: incident, id, revision }: Incident,
  result: Untold | null,
): void {
  if (result === null) log.info("incident.told", { incident, id, revision });
  else if (TROUBLE.has(result.reason)) log.error("incident.untold", { incident, id, revision, ...result });
  else log.warn("incident.untold", { incident, id, revision, ...result });
}

/** What was told now is read again: only what is known to be told may be filed. */
async function settle(teller: Teller, read: readonly Incident[], told: readonly Incident[]) {
  const isOver = told.some(({ state }) => state === "closed");
  const incidents = isOver ? (await teller.store.readIncidents()).incidents : read;
  const scope = { ...teller, messenger: teller.messenger !== null };
  if (teller.announces) return await announceIncidents(scope, incidents);
  await fileSettled(scope, incidents);
  return [];
}
