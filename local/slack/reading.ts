/** conversations.history and conversations.replies, page by page. */
import * as z from "zod";
import { channelToRead } from "./access.ts";
import { SlackRefusal } from "./operations.ts";
import type { Pacing } from "./pacing.ts";
import { type Arguments, Flag, parseArguments } from "./request.ts";
import {
  repliesTo,
  type SlackApp,
  type SlackChannel,
  type SlackMessage,
  type SlackWorkspace,
} from "./workspace.ts";
import { messageJson } from "./writing.ts";

const TIME_STAMP = /^\d{1,13}(\.\d{1,6})?$/;
const limit = (max: number) =>
  z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.int().min(1).max(max).optional(),
  );
const Where = z.object({
  channel: z.string().min(1),
  cursor: z.string().optional(),
  oldest: z.string().optional(),
  latest: z.string().optional(),
  inclusive: Flag,
  include_all_metadata: Flag,
});
const History = Where.extend({ limit: limit(999) });
const Replies = Where.extend({ ts: z.string().min(1), limit: limit(1_000) });
const HISTORY_PAGE = 100;
const REPLIES_PAGE = 1_000;

export interface Reading {
  readonly workspace: SlackWorkspace;
  readonly app: SlackApp;
  readonly pacing: Pacing;
  /** Pages may be shorter than was asked for. */
  readonly shorten: (limit: number) => number;
}

/** The newest first within a page; with `oldest` alone, the first page is that of the oldest. */
export function history(reading: Reading, args: Arguments) {
  const { workspace, app, pacing, shorten } = reading;
  const request = parseArguments(History, args);
  const channel = channelToRead(workspace, app, request.channel);
  pacing.admitCall("conversations.history", app.appId);
  const top = within(
    [...channel.messages.values()].filter(({ threadTs }) => threadTs === null),
    request,
  );
  const fromOldest = request.oldest !== undefined && request.latest === undefined;
  const page = pageOf(
    fromOldest ? top : top.toReversed(),
    request.cursor,
    shorten(request.limit ?? HISTORY_PAGE),
  );
  const shown = fromOldest ? page.items.toReversed() : page.items;
  const messages = shown.map((message) => shownJson(reading, channel, message, request.include_all_metadata));
  return { messages, has_more: page.next !== "", pin_count: 0, ...nextCursor(page.next) };
}

/** The message itself, and then its replies, oldest first. */
export function replies(reading: Reading, args: Arguments) {
  const { workspace, app, pacing, shorten } = reading;
  const request = parseArguments(Replies, args);
  const channel = channelToRead(workspace, app, request.channel);
  pacing.admitCall("conversations.replies", app.appId);
  const message = channel.messages.get(request.ts);
  if (message === undefined) throw new SlackRefusal("thread_not_found");
  const thread = within([message, ...repliesTo(channel, message.ts)], request);
  const page = pageOf(thread, request.cursor, shorten(request.limit ?? REPLIES_PAGE));
  const messages = page.items.map((one) => shownJson(reading, channel, one, request.include_all_metadata));
  return { messages, has_more: page.next !== "", ...nextCursor(page.next) };
}

function shownJson(
  { workspace }: Reading,
  channel: SlackChannel,
  message: SlackMessage,
  withMetadata: boolean,
) {
  const below = repliesTo(channel, message.ts);
  const thread =
    below.length === 0
      ? {}
      : { thread_ts: message.ts, reply_count: below.length, latest_reply: below.at(-1)?.ts };
  const metadata = withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {};
  return { ...messageJson(workspace, message), ...thread, ...metadata };
}

function within(messages: readonly SlackMessage[], request: z.infer<typeof Where>): SlackMessage[] {
  const { oldest = "0", latest = "9999999999.999999", inclusive } = request;
  if (!TIME_STAMP.test(oldest)) throw new SlackRefusal("invalid_ts_oldest");
  if (!TIME_STAMP.test(latest)) throw new SlackRefusal("invalid_ts_latest");
  const [from, to] = [Number(oldest), Number(latest)];
  return messages.filter(({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= from && at <= to : at > from && at < to;
  });
}

function pageOf(messages: readonly SlackMessage[], cursor: string | undefined, size: number) {
  const start = cursor === undefined || cursor === "" ? 0 : startOf(messages, cursor);
  const next = messages[start + size];
  return {
    items: messages.slice(start, start + size),
    next: next === undefined ? "" : Buffer.from(`next_ts:${next.ts}`).toString("base64"),
  };
}

function startOf(messages: readonly SlackMessage[], cursor: string): number {
  const ts = /^next_ts:(.+)$/.exec(Buffer.from(cursor, "base64").toString("utf8"))?.[1];
  const start = messages.findIndex((message) => message.ts === ts);
  if (start < 0) throw new SlackRefusal("invalid_cursor");
  return start;
}

const nextCursor = (next: string) => (next === "" ? {} : { response_metadata: { next_cursor: next } });
