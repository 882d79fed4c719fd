/**
 * Decides the next step of telling one incident. Pure: it is asked again after each step.
 *
 * One thing must stay true: while nobody knows whether a message was sent, it is looked for before another one is.
 */
import type { Note } from "./condition.ts";
import { type Incident, type Told, untoldNotes } from "./incident.ts";
import type { Message } from "./messenger.ts";

/** What an earlier attempt may have sent without anybody having noted it. */
export interface Doubts {
  readonly message: boolean;
  readonly notes: boolean;
}

export type TellingStep =
  /** For the message of an earlier attempt, or for a second one. */
  | { readonly kind: "search" }
  | { readonly kind: "post" }
  | { readonly kind: "update"; readonly message: Message }
  | { readonly kind: "search-notes"; readonly message: Message }
  | { readonly kind: "reply"; readonly message: Message; readonly note: Note };

/** Null when there is nothing left to tell. `channel` is where incidents are told now. */
export function planTelling(incident: Incident, channel: string, doubts: Doubts): TellingStep | null {
  if (incident.filed) return null;
  const told = toldIn(incident, channel);
  if (told === null) return doubts.message ? { kind: "search" } : { kind: "post" };
  const [note] = untoldNotes(incident, told);
  const isOld = told.revision < incident.revision;
  if (!isOld && note === undefined) return null;
  if (doubts.message) return { kind: "search" };
  const message = { channel, ts: told.ts };
  if (isOld) return { kind: "update", message };
  if (note === undefined) return null;
  return doubts.notes ? { kind: "search-notes", message } : { kind: "reply", message, note };
}

/** In another channel than it was told in, an incident is told from its beginning. */
export const toldIn = ({ told }: Incident, channel: string): Told | null =>
  told?.channel === channel ? told : null;

/** `isExpired`: the claim of an earlier attempt stood there beyond its end. */
export function doubtsOf(incident: Incident, channel: string, isExpired: boolean): Doubts {
  const told = toldIn(incident, channel);
  return { message: told === null ? isExpired : told.maybeTwice, notes: told !== null && isExpired };
}
