/** chat.postMessage, chat.update and chat.delete. */
import * as z from "zod";
import { NotSupported } from "../network/json-listener.ts";
import { channelById, channelToPost, requireScope } from "./access.ts";
import { checkBlocks } from "./blocks.ts";
import { SlackRefusal } from "./operations.ts";
import type { Pacing } from "./pacing.ts";
import { type Arguments, embedded, Flag, parseArguments } from "./request.ts";
import {
  type Content,
  type SlackApp,
  type SlackChannel,
  type SlackMessage,
  type SlackWorkspace,
  shownContent,
} from "./workspace.ts";

/** A post is cut there (https://docs.slack.dev/reference/methods/chat.postMessage). */
const POSTED_TEXT_MAX = 40_000;
/** An edit is refused (https://github.com/seratch/ChatGPT-in-Slack/issues/102). */
const EDITED_TEXT_MAX = 4_000;
/** The number is not documented. */
const METADATA_MAX = 16_000;
const TIME_STAMP = /^\d{1,13}\.\d{6}$/;

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Payload = z.record(
  z.string(),
  z.union([Scalar, z.record(z.string(), Scalar), z.array(z.record(z.string(), Scalar))]),
);
const Metadata = z.object({ event_type: z.string().min(1), event_payload: Payload });

const What = z.object({
  channel: z.string().min(1),
  text: z.string().default(""),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  markdown_text: z.unknown().optional(),
  metadata: z.unknown().optional(),
  parse: z.enum(["none", "full"]).optional(),
});
const Posting = What.extend({
  thread_ts: z.string().optional(),
  reply_broadcast: Flag,
  unfurl_links: Flag,
  unfurl_media: Flag,
});
const Which = z.object({ channel: z.string().min(1), ts: z.string().min(1) });
const Editing = What.extend({ ts: z.string().min(1) });

export interface Writing {
  readonly workspace: SlackWorkspace;
  readonly app: SlackApp;
  readonly pacing: Pacing;
}

export function postMessage({ workspace, app, pacing }: Writing, args: Arguments) {
  requireScope(app, "chat:write");
  const request = parseArguments(Posting, args);
  if (request.reply_broadcast) throw new NotSupported("chat.postMessage with reply_broadcast");
  const channel = channelToPost(workspace, app, request.channel);
  const content = contentOf(request);
  const metadata = metadataOf(request.metadata) ?? undefined;
  const threadTs = request.thread_ts === undefined ? null : threadOf(channel, request.thread_ts);
  pacing.admitMessage(channel.id);
  const text = Array.from(content.text).slice(0, POSTED_TEXT_MAX).join("");
  const added = workspace.add(channel, { app, threadTs, metadata, content: { ...content, text } });
  const warning = text === content.text ? {} : { response_metadata: { warnings: ["message_truncated"] } };
  return { channel: channel.id, ts: added.ts, message: messageJson(workspace, added), ...warning };
}

export function updateMessage({ workspace, app, pacing }: Writing, args: Arguments) {
  requireScope(app, "chat:write");
  const request = parseArguments(Editing, args);
  const channel = channelById(workspace, app, request.channel);
  if (channel.isArchived) throw new SlackRefusal("is_inactive");
  pacing.admitCall("chat.update", app.appId);
  const message = existing(channel, request.ts);
  if (message.app !== app) throw new SlackRefusal("cant_update_message");
  if (!workspace.settings.mayEdit) throw new SlackRefusal("edit_window_closed");
  const content = contentOf(request);
  if (Array.from(content.text).length > EDITED_TEXT_MAX) throw new SlackRefusal("msg_too_long");
  const metadata = metadataOf(request.metadata);
  message.contents.push(content);
  if (metadata !== undefined) message.metadata = metadata ?? undefined;
  const { ts } = message;
  return { channel: channel.id, ts, text: content.text, message: messageJson(workspace, message) };
}

export function deleteMessage({ workspace, app, pacing }: Writing, args: Arguments) {
  requireScope(app, "chat:write");
  const request = parseArguments(Which, args);
  const channel = channelById(workspace, app, request.channel);
  pacing.admitCall("chat.delete", app.appId);
  const message = existing(channel, request.ts);
  if (message.app !== app) throw new SlackRefusal("cant_delete_message");
  if (!workspace.settings.mayDelete) throw new SlackRefusal("compliance_exports_prevent_deletion");
  workspace.remove(channel, message);
  return { channel: channel.id, ts: message.ts };
}

/** In the words of the API; metadata only where a request asks for it. */
export function messageJson({ teamId }: SlackWorkspace, message: SlackMessage): Record<string, unknown> {
  const { ts, app, threadTs, contents, isTombstone } = message;
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  if (isTombstone) {
    const text = "This message was deleted.";
    return { type: "message", subtype: "tombstone", user: "USLACKBOT", hidden: true, text, ts, ...thread };
  }
  const { text, blocks } = shownContent(message);
  const by =
    app === null ? { user: "U0PERSON000" } : { user: app.userId, bot_id: app.botId, app_id: app.appId };
  const edited = contents.length > 1 ? { edited: { user: by.user, ts } } : {};
  return { type: "message", team: teamId, ...by, text, blocks, ts, ...thread, ...edited };
}

function existing(channel: SlackChannel, ts: string): SlackMessage {
  const message = channel.messages.get(ts);
  if (message === undefined || message.isTombstone) throw new SlackRefusal("message_not_found");
  return message;
}

/**
 * Null for a message that is gone: then the reply becomes a message of the channel
 * (https://github.com/slackapi/python-slack-events-api/issues/87).
 */
function threadOf(channel: SlackChannel, ts: string): string | null {
  if (!TIME_STAMP.test(ts)) throw new SlackRefusal("invalid_thread_ts");
  const parent = channel.messages.get(ts);
  if (parent === undefined) return null;
  if (parent.threadTs !== null) throw new SlackRefusal("cannot_reply_to_message");
  return ts;
}

function contentOf(request: z.infer<typeof What>): Content {
  if (request.attachments !== undefined) throw new NotSupported("messages with attachments");
  if (request.markdown_text !== undefined) throw new NotSupported("messages with markdown_text");
  const { text } = request;
  const blocks = request.blocks === undefined ? [] : checkBlocks(embedded(request.blocks));
  if (text === "" && blocks.length === 0) throw new SlackRefusal("no_text");
  return { text, blocks };
}

/** Undefined where the request says nothing of it, null where it says that there is none. */
function metadataOf(given: unknown): unknown {
  if (given === undefined) return undefined;
  const value = embedded(given);
  if (typeof value !== "object" || value === null) throw new SlackRefusal("invalid_metadata_format");
  if (Object.keys(value).length === 0) return null;
  const parsed = Metadata.safeParse(value);
  if (!parsed.success) throw new SlackRefusal("invalid_metadata_schema");
  if (JSON.stringify(value).length > METADATA_MAX) throw new SlackRefusal("metadata_too_large");
  return parsed.data;
}
