/**
 * Decides what a concern's report changes in the incidents: which open, change, and close.
 *
 * Pure: no clock, network or randomness. One thing must stay true: what is not known closes nothing. A report that
 * is not complete closes no incident, and one that is older than what an incident was last seen by changes nothing.
 */
import { formatDuration } from "../link/duration.ts";
import { InvariantError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import {
  type CanonicalCondition,
  type Condition,
  ConditionSchema,
  compare,
  type Note,
  severityRank,
} from "./condition.ts";
import { type Incident, incidentId, isSettled, lastedSeconds, worstOf } from "./incident.ts";
import { withinLimit } from "./limit.ts";

/** Later notes push the earliest out, which were told long before. */
export const NOTES_MAX = 100;

export interface Report {
  readonly concern: string;
  /** All that hold now, in any order. */
  readonly conditions: readonly Condition[];
  /** When the observation was begun on which this rests. */
  readonly observedAt: Instant;
  /** False when something could not be observed: then what is not reported may still hold. */
  readonly complete: boolean;
}

export type IncidentChangeKind =
  | "open"
  /** It came back before its end was told. */
  | "reopen"
  | "escalate"
  | "de-escalate"
  | "update"
  /** Only its history grew. */
  | "note"
  /** Nothing about it changed, but it was seen again. */
  | "see"
  | "close";

export interface IncidentChange {
  readonly kind: IncidentChangeKind;
  /** What stands for the key now; of another id than `after` when that is filed and a new incident takes its place. */
  readonly before: Incident | null;
  readonly after: Incident;
}

export interface Scope {
  /** The link's name. */
  readonly link: string;
  /** Does a messenger tell of incidents, besides the bus? */
  readonly messenger: boolean;
}

/** `standing` are the incidents of all concerns, in any order. Sorted by key. */
export function planIncidents(scope: Scope, standing: readonly Incident[], report: Report): IncidentChange[] {
  const byKey = new Map(standing.map((incident) => [incident.key, incident]));
  const conditions = canonical(report);
  const told = withinLimit(report.concern, conditions, (key) => byKey.get(key)?.state === "open");
  const held = new Set([...conditions, ...told].map(({ key }) => key));
  const seen = told.map((condition) =>
    planCondition(scope, byKey.get(condition.key) ?? null, condition, report.observedAt),
  );
  const over = report.complete
    ? standing.filter(({ key, concern }) => concern === report.concern && !held.has(key))
    : [];
  return [...seen, ...over.map((incident) => planClose(incident, report.observedAt))]
    .filter((change) => change !== null)
    .sort((one, other) => compare(one.after.key, other.after.key));
}

/** Of a key that is reported twice, what is more severe stands. */
function canonical({ concern, conditions }: Report): CanonicalCondition[] {
  const byKey = new Map<string, CanonicalCondition>();
  const rank = (one: CanonicalCondition) => `${severityRank(one.severity)} ${JSON.stringify(one)}`;
  for (const condition of conditions.map((one) => ConditionSchema.parse(one))) {
    if (condition.concern !== concern)
      throw new InvariantError(`${concern} reported ${condition.key} of ${condition.concern}`);
    const other = byKey.get(condition.key);
    if (other === undefined || rank(condition) < rank(other)) byKey.set(condition.key, condition);
  }
  return [...byKey.values()];
}

function planCondition(
  scope: Scope,
  before: Incident | null,
  condition: CanonicalCondition,
  at: Instant,
): IncidentChange | null {
  if (before === null) return { kind: "open", before, after: opened(scope.link, condition, at) };
  if (before.concern !== condition.concern)
    throw new InvariantError(`${condition.concern} and ${before.concern} both name ${before.key}`);
  if (before.state === "open") return planOpen(before, condition, at);
  // At the very second of its end it is over: which of the two was observed later cannot be told.
  if (at <= before.observedAt) return null;
  if (isSettled(before, scope.messenger))
    return { kind: "open", before, after: opened(scope.link, condition, at) };
  const note = { id: `reopened:${at}`, at, text: "It is back." };
  return { kind: "reopen", before, after: changed({ ...before, closedAt: null }, condition, at, [note]) };
}

function opened(link: string, condition: CanonicalCondition, at: Instant): Incident {
  const { actions, ...rest } = condition;
  return {
    ...rest,
    id: incidentId(link, condition.key, at),
    state: "open",
    worst: { severity: rest.severity, title: rest.title },
    openedAt: at,
    closedAt: null,
    notes: withNotes([], actions),
    revision: 1,
    observedAt: at,
    changedAt: at,
    told: null,
    telling: null,
    announced: null,
    filed: false,
  };
}

function planOpen(before: Incident, condition: CanonicalCondition, at: Instant): IncidentChange | null {
  if (at < before.observedAt) return null;
  const rise = severityRank(before.severity) - severityRank(condition.severity);
  const word = rise > 0 ? "Now" : "Now only";
  const note = {
    id: `${condition.severity}:${at}`,
    at,
    text: `${word} ${condition.severity}: ${condition.title}`,
  };
  const after = changed(before, condition, at, rise === 0 ? [] : [note]);
  if (rise !== 0) return { kind: rise > 0 ? "escalate" : "de-escalate", before, after };
  if (content(before) !== content(after)) return { kind: "update", before, after };
  if (JSON.stringify(before.notes) !== JSON.stringify(after.notes)) return { kind: "note", before, after };
  return at === before.observedAt ? null : { kind: "see", before, after: { ...before, observedAt: at } };
}

function changed(before: Incident, condition: CanonicalCondition, at: Instant, notes: Note[]): Incident {
  const { actions, since, ...rest } = condition;
  return {
    ...before,
    ...rest,
    state: "open",
    worst: worstOf(before.worst, rest),
    since: since ?? before.since,
    notes: withNotes(before.notes, [...actions, ...notes]),
    revision: before.revision + 1,
    observedAt: at,
    changedAt: at,
  };
}

function planClose(before: Incident, at: Instant): IncidentChange | null {
  if (before.state === "closed" || at <= before.observedAt) return null;
  const closed = {
    ...before,
    state: "closed" as const,
    title: before.worst.title,
    closedAt: at,
    revision: before.revision + 1,
    observedAt: at,
    changedAt: at,
  };
  const text = `Over after ${formatDuration(lastedSeconds(closed) ?? 0)}.`;
  const notes = withNotes(before.notes, [{ id: `closed:${at}`, at, text }]);
  return { kind: "close", before, after: { ...closed, notes } };
}

/** What a message says of it beside its state and its history. */
const content = ({ severity, title, facts, since, links, runbook }: Incident): string =>
  JSON.stringify([severity, title, facts, since, links, runbook]);

/** A note stands as it was first written down. */
function withNotes(before: readonly Note[], added: readonly Note[]): Note[] {
  const byId = new Map([...added.toReversed(), ...before].map((note) => [note.id, note]));
  return [...byId.values()]
    .sort((one, other) => one.at - other.at || compare(one.id, other.id))
    .slice(-NOTES_MAX);
}
