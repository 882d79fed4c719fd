/**
 * What a message says to us rather than to people: which incident it tells of, and which note. It is found again by
 * that when the answer to posting it was lost (https://docs.slack.dev/messaging/message-metadata).
 *
 * Every member of the workspace can read it, and other apps can write the same.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Note } from "../condition.ts";
import type { Incident } from "../incident.ts";

const INCIDENT = "warrener_incident";
const NOTE = "warrener_note";

export const incidentMetadata = ({ id }: Incident) => ({
  event_type: INCIDENT,
  event_payload: { incident: id },
});

export const noteMetadata = ({ id }: Incident, note: Note) => ({
  event_type: NOTE,
  event_payload: { incident: id, note: noteMark(note) },
});

/** Notes' ids may hold any text; what Slack gives back of one is not documented to be the same. */
const noteMark = ({ id }: Note): string => createHash("sha256").update(id).digest("hex").slice(0, 32);

const IncidentMetadata = z.object({
  event_type: z.literal(INCIDENT),
  event_payload: z.object({ incident: z.string() }),
});
const NoteMetadata = z.object({
  event_type: z.literal(NOTE),
  event_payload: z.object({ incident: z.string(), note: z.string() }),
});

/** `metadata` as Slack gives it: anybody's, or none. */
export function namesIncident(metadata: unknown, { id }: Incident): boolean {
  const parsed = IncidentMetadata.safeParse(metadata);
  return parsed.success && parsed.data.event_payload.incident === id;
}

/** The note of the incident that it names, or undefined. */
export function namedNote(metadata: unknown, { id, notes }: Incident): Note | undefined {
  const parsed = NoteMetadata.safeParse(metadata);
  if (!parsed.success || parsed.data.event_payload.incident !== id) return undefined;
  return notes.find((note) => noteMark(note) === parsed.data.event_payload.note);
}
