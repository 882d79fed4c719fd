/**
 * Tells every incident of which there is something to tell, the most severe first. What could not be told stays a
 * wish in the store, and the next run goes on. One incident in trouble does not keep the others from being told, and
 * never makes the run green.
 */
import { type Announcer, announceIncidents, fileSettled } from "./announce.ts";
import { type Severity, severityRank } from "./condition.ts";
import { type Incident, untoldSince } from "./incident.ts";
import type { Messenger } from "./messenger.ts";
import { planTelling } from "./plan-telling.ts";
import { tellUnreadable } from "./report-conditions.ts";
import {
  type Extent,
  hasTimeFor,
  type TellOptions,
  tellIncident,
  type Untold,
  type UntoldReason,
} from "./tell-incident.ts";

export interface Teller extends Omit<Announcer, "messenger">, Omit<TellOptions, "messenger"> {
  /** Null when the bus alone is told. */
  readonly messenger: Messenger | null;
  /** Does this run look after the bus, too? Not one that an event of the bus has started: it would start itself. */
  readonly announces: boolean;
  readonly pause: (ms: number) => Promise<void>;
}

export interface UntoldIncident extends Omit<Untold, "retryAfterSeconds"> {
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
const LATE_SECONDS: Readonly<Record<Severity, number>> = { critical: 240, warning: 900, notice: 900 };
/** A channel takes a message a second: so long is waited for the next one, and not until the next run. */
const WAIT_MAX_SECONDS = 10;

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
  const wishes = wishesOf(incidents, messenger.channel);
  const results = await tellWishes({ ...teller, messenger }, wishes);
  for (const [incident, result] of results) {
    tellOutcome(teller, incident, result);
    if (result === null) told.push(incident);
    else untold.push(toUntold(teller, incident, result));
  }
  return { told, untold };
}

type Wired = Teller & TellOptions;
type Results = ReadonlyMap<Incident, Untold | null>;

/** Every message before any thread: a long history of one incident must not keep another one from being heard of. */
async function tellWishes(teller: Wired, wishes: readonly Incident[]): Promise<Results> {
  if (wishes.length < 2) return await tellEach(teller, wishes, "all");
  const messages = await tellEach(teller, wishes, "message");
  const isStopped = [...messages.values()].some((result) => result !== null && STOPS.has(result.reason));
  if (isStopped) return messages;
  const unfinished = wishes.filter((incident) => messages.get(incident)?.reason === "unfinished");
  return new Map([...messages, ...(await tellEach(teller, unfinished, "all"))]);
}

async function tellEach(teller: Wired, wishes: readonly Incident[], extent: Extent): Promise<Results> {
  const results = new Map<Incident, Untold | null>();
  let stop: Untold | null = null;
  for (const incident of wishes) {
    const result: Untold | null = stop ?? (await tellPatiently(teller, incident, extent));
    results.set(incident, result);
    if (result !== null && STOPS.has(result.reason)) stop = result;
  }
  return results;
}

/** Each turn tells something, or is one less of what is left of the run. */
async function tellPatiently(teller: Wired, incident: Incident, extent: Extent): Promise<Untold | null> {
  for (;;) {
    const result = await tellIncident(teller, incident, extent);
    const waitMs = Math.max(1, result?.retryAfterSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
    if (waitMs > WAIT_MAX_SECONDS * 1_000 || !hasTimeFor(teller, waitMs)) return result;
    await teller.pause(waitMs);
  }
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

const toUntold = (teller: Teller, incident: Incident, { reason, detail }: Untold): UntoldIncident => ({
  incident: incident.key,
  reason,
  detail,
  late: untoldSince(incident) < teller.clock() - LATE_SECONDS[incident.severity],
});

const troubleOf = ({ incident, reason, detail, late }: UntoldIncident): string | null =>
  TROUBLE.has(reason) || late ? `incident ${incident}: not told: ${detail}` : null;

function tellOutcome(
  { log }: Teller,
  { key: incident, id, revision }: Incident,
  result: Untold | null,
): void {
  if (result === null) log.info("incident.told", { incident, id, revision });
  else {
    const { reason, detail } = result;
    log[TROUBLE.has(reason) ? "error" : "warn"]("incident.untold", {
      incident,
      id,
      revision,
      reason,
      detail,
    });
  }
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
