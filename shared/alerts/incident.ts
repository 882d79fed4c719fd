/**
 * An incident: what is known of a condition from when it was first reported until it was gone and told. One stands
 * for a key at a time; who opens it decides its id, and everybody else finds it.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";
import { CONTENT, Concern, InstantSchema, Key, NoteSchema, Severity, severityRank } from "./condition.ts";

const State = z.enum(["open", "closed"]);

/** The message that tells of an incident, and how much of it was told. */
export const Told = z.object({
  /** The channel's id and the message's time stamp, which is its name: a text, never a number. */
  channel: z.string(),
  ts: z.string(),
  revision: z.int().nonnegative(),
  /** The ids of the notes that stand in its thread. */
  notes: z.array(z.string()),
  /** There may be another message of this incident, which nobody could search for. */
  maybeTwice: z.boolean(),
});
export type Told = z.infer<typeof Told>;

/**
 * Who tells of an incident now, and until when nobody else may. One that stands there after its end says that its
 * holder never said what became of it: whatever it was doing may or may not have happened.
 */
export const Telling = z.object({
  attempt: z.string().min(1),
  until: InstantSchema,
  /** How often a message was sent anew and no answer came, while nobody may look whether one stands there. */
  unsearched: z.int().positive().optional(),
});
export type Telling = z.infer<typeof Telling>;

export const Announced = z.object({ revision: z.int(), state: State, severity: Severity });
export type Announced = z.infer<typeof Announced>;

/** What it was when it was first that severe. By this it is remembered: its last words before its end say little. */
const Worst = z.object({ severity: Severity, title: CONTENT.title });
export type Worst = z.infer<typeof Worst>;

export const worstOf = (one: Worst, { severity, title }: Worst): Worst =>
  severityRank(severity) < severityRank(one.severity) ? { severity, title } : one;

export const Incident = z.object({
  key: Key,
  id: z.string().regex(/^[0-9a-f]{32}$/),
  concern: Concern,
  state: State,
  ...CONTENT,
  worst: Worst,
  openedAt: InstantSchema,
  closedAt: InstantSchema.nullable(),
  /** Its history, oldest first. */
  notes: z.array(NoteSchema),
  /** One more with each change that can be seen. */
  revision: z.int().positive(),
  /** When it last was that way. */
  observedAt: InstantSchema,
  /** When it last became another. */
  changedAt: InstantSchema,
  told: Told.nullable(),
  telling: Telling.nullable(),
  /** What of it the link's bus was told last. */
  announced: Announced.nullable(),
  /** It is over, told, and stands in the history. It is kept for a while, so that a late report finds that it is over. */
  filed: z.boolean(),
});
export type Incident = z.infer<typeof Incident>;

export const incidentId = (link: string, key: string, openedAt: Instant): string =>
  createHash("sha256").update([link, key, openedAt].join("\n")).digest("hex").slice(0, 32);

/** From when it began, as far as that is known; null while it is open. */
export const lastedSeconds = ({ since, openedAt, closedAt }: Incident): number | null =>
  closedAt === null ? null : Math.max(0, closedAt - Math.min(since ?? openedAt, openedAt));

export const untoldNotes = ({ notes }: Incident, told: Told) =>
  notes.filter(({ id }) => !told.notes.includes(id));

/** Is there something that a message does not say yet? */
export const isUntold = (incident: Incident): boolean =>
  !incident.filed &&
  (incident.told === null ||
    incident.told.revision < incident.revision ||
    untoldNotes(incident, incident.told).length > 0);

/** Since when there is something that no message says, however often it has changed meanwhile. */
export const untoldSince = (incident: Incident): Instant => {
  const { told, openedAt, changedAt } = incident;
  if (told === null) return openedAt;
  const since = untoldNotes(incident, told).map(({ at }) => Math.max(at, openedAt));
  return Math.min(changedAt, ...since);
};

export const isUnannounced = ({ announced, state, severity, filed }: Incident): boolean =>
  !filed && (announced === null || announced.state !== state || announced.severity !== severity);

/** It is over and everybody knows: `messenger` says whether a messenger tells of incidents besides the bus. */
export const isSettled = (incident: Incident, messenger: boolean): boolean =>
  incident.state === "closed" && !isUnannounced(incident) && !(messenger && isUntold(incident));
