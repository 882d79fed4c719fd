/**
 * Where people read of incidents, as a port; the adapter is in slack/messenger.ts. An incident has one message in one
 * channel, which is edited, and a thread below it for what was done.
 *
 * Every method ends within `CALL_MAX_SECONDS` and throws
 * - `ConfigError` when the token or the channel is wrong: nothing can be told, and nothing was;
 * - `CloudError` of provider "slack" otherwise. `throttled`: nothing was done, and nothing more is taken for
 *   `retryAfterSeconds`. Not `retryable`: it was refused, and nothing was done. Else it is not known what was done.
 */
import type { Note } from "./condition.ts";
import type { Incident } from "./incident.ts";

export const CALL_MAX_SECONDS = 20;

export interface Message {
  /** The channel's id. */
  readonly channel: string;
  readonly ts: string;
}

export interface Messenger {
  /** The id of the channel in which everything is told. */
  readonly channel: string;
  /** A new message, whose metadata names the incident by its id. */
  post(incident: Incident): Promise<Message>;
  /** "gone": somebody deleted the message. */
  update(message: Message, incident: Incident): Promise<"updated" | "gone">;
  /** Into the message's thread; its metadata names the incident and the note by their ids. */
  reply(message: Message, incident: Incident, note: Note): Promise<"replied" | "gone">;
  /** The channel's messages that name this incident, oldest first. "cannot-search": the token has no right to look. */
  find(incident: Incident): Promise<readonly Message[] | "cannot-search">;
  /** The ids of the notes in the message's thread. */
  findNotes(message: Message, incident: Incident): Promise<readonly string[] | "cannot-search">;
  /** Takes a second message of the same incident away; what is gone already is no error. */
  withdraw(duplicate: Message, incident: Incident): Promise<void>;
}
