/**
 * Tells incidents in a Slack channel: one message each, edited in place, with a thread below it. The port and what
 * its methods throw are in ../messenger.ts.
 */
import * as z from "zod";
import type { Incident } from "../incident.ts";
import type { Message, Messenger } from "../messenger.ts";
import { type SlackAccess, type SlackTask, slackTasks } from "./client.ts";
import { incidentMetadata, noteMetadata } from "./metadata.ts";
import { type Rendered, renderDuplicate, renderIncident, renderNote, type Surroundings } from "./render.ts";
import { findMessages, findThreadNotes } from "./search.ts";

/** The message is not there, or not ours to edit any more: what is told must be told in another one. */
const NOT_EDITABLE: ReadonlySet<string> = new Set([
  "cant_update_message",
  "edit_window_closed",
  "message_not_found",
]);
const NO_THREAD: ReadonlySet<string> = new Set([
  "cannot_reply_to_message",
  "invalid_thread_ts",
  "message_not_found",
  "thread_not_found",
]);
const IS_GONE: ReadonlySet<string> = new Set(["message_not_found"]);
const NOT_DELETABLE: ReadonlySet<string> = new Set([
  ...IS_GONE,
  "cant_delete_message",
  "compliance_exports_prevent_deletion",
]);
/** Beside what was wished for, nothing is made of a text: no links, no previews. */
const AS_WRITTEN = { parse: "none" };
const AS_POSTED = { ...AS_WRITTEN, unfurl_links: false, unfurl_media: false };

const Ts = z.string().regex(/^\d+\.\d+$/);
const Posted = z.object({
  ts: Ts,
  message: z.object({ thread_ts: Ts.optional().catch(undefined) }).optional(),
});
const Done = z.object({ ok: z.literal(true) });

export interface SlackOptions extends SlackAccess, Surroundings {}

export function slackMessenger(options: SlackOptions): Messenger {
  const { channel } = options;
  const perform = slackTasks(options);
  return {
    channel,
    post: (incident) =>
      perform(incident.key, async (task) => {
        const content = { ...contentOf(incident, options), ...AS_POSTED };
        const { ts } = await task.call("chat.postMessage", { channel, ...content }, Posted);
        return { channel, ts };
      }),
    update: ({ ts }, incident) =>
      perform(incident.key, async (task) => {
        const content = { ...contentOf(incident, options), ...AS_WRITTEN };
        const done = await task.attempt("chat.update", { channel, ts, ...content }, Done, NOT_EDITABLE);
        return "refused" in done ? "gone" : "updated";
      }),
    reply: (message, incident, note) =>
      perform(incident.key, (task) =>
        reply(task, message, { ...written(renderNote(note)), metadata: noteMetadata(incident, note) }),
      ),
    find: (incident) => perform(incident.key, (task) => findMessages(task, channel, incident)),
    findNotes: (message, incident) =>
      perform(incident.key, (task) => findThreadNotes(task, message, incident)),
    withdraw: (duplicate, incident) =>
      perform(incident.key, (task) => withdraw(task, duplicate, renderDuplicate(options))),
  };
}

const written = ({ text, blocks }: Rendered) => ({ text, blocks });

const contentOf = (incident: Incident, surroundings: Surroundings) => ({
  ...written(renderIncident(incident, surroundings)),
  metadata: incidentMetadata(incident),
});

/**
 * Below a message that was deleted there is no thread: Slack then writes the reply into the channel itself
 * (https://github.com/slackapi/python-slack-events-api/issues/87). It is taken away again.
 */
async function reply(
  task: SlackTask,
  { channel, ts }: Message,
  content: Readonly<Record<string, unknown>>,
): Promise<"replied" | "gone"> {
  const args = { channel, thread_ts: ts, ...content, ...AS_POSTED };
  const posted = await task.attempt("chat.postMessage", args, Posted, NO_THREAD);
  if ("refused" in posted) return "gone";
  if (posted.message === undefined || posted.message.thread_ts === ts) return "replied";
  await task.attempt("chat.delete", { channel, ts: posted.ts }, Done, NOT_DELETABLE);
  return "gone";
}

/** Where messages may not be deleted, it says of itself that it is one too many, and is not found again. */
async function withdraw(task: SlackTask, { channel, ts }: Message, remark: Rendered): Promise<void> {
  const done = await task.attempt("chat.delete", { channel, ts }, Done, NOT_DELETABLE);
  if (!("refused" in done) || IS_GONE.has(done.refused)) return;
  const args = { channel, ts, ...written(remark), metadata: {}, ...AS_WRITTEN };
  await task.attempt("chat.update", args, Done, NOT_EDITABLE);
}
