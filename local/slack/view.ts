/** A channel as people see it, in words: for demos, and for tests that look at what was told. */
import * as z from "zod";
import { repliesTo, type SlackChannel, type SlackMessage, shownContent } from "./workspace.ts";

export interface SeenMessage {
  readonly ts: string;
  /** The app's name, or "somebody". */
  readonly by: string;
  /** What notifications show. */
  readonly text: string;
  /** What the blocks show, one line for each text. */
  readonly lines: readonly string[];
  /** The notifications' texts that it had before. */
  readonly before: readonly string[];
  /** What its blocks showed before, one line for each text. */
  readonly linesBefore: readonly string[];
  readonly isDeleted: boolean;
  readonly thread: readonly SeenMessage[];
}

/** Oldest first, each with its thread. */
export function seenMessages(channel: SlackChannel): SeenMessage[] {
  const top = [...channel.messages.values()].filter(({ threadTs }) => threadTs === null);
  return top.map((message) => ({
    ...seen(message),
    thread: repliesTo(channel, message.ts).map((reply) => ({ ...seen(reply), thread: [] })),
  }));
}

/** Several lines of text, with replies set in; of the last few messages, or of all. */
export function channelText(channel: SlackChannel, last = Number.POSITIVE_INFINITY): string {
  const lines = seenMessages(channel)
    .slice(-last)
    .flatMap((message) => [
      ...told(message),
      ...message.thread.flatMap((reply) => told(reply).map((line) => `  │ ${line}`)),
      "",
    ]);
  return lines.join("\n").trimEnd();
}

function seen(message: SlackMessage): Omit<SeenMessage, "thread"> {
  const { ts, app, contents, isTombstone } = message;
  const { text, blocks } = shownContent(message);
  const earlier = contents.slice(0, -1);
  return {
    ts,
    by: app?.name ?? "somebody",
    text: decoded(text),
    lines: isTombstone ? [] : blocks.flatMap(textsOf),
    before: earlier.map((content) => decoded(content.text)),
    linesBefore: earlier.flatMap((content) => content.blocks.flatMap(textsOf)),
    isDeleted: isTombstone,
  };
}

function told({ by, text, lines, before, isDeleted }: Omit<SeenMessage, "thread">): string[] {
  if (isDeleted) return ["(this message was deleted)"];
  const times = before.length === 1 ? "once" : `${before.length} times`;
  const edits = before.length === 0 ? "" : ` (edited ${times})`;
  return [`${by}${edits}`, ...(lines.length === 0 ? [text] : lines)];
}

const TextObject = z.object({ type: z.enum(["plain_text", "mrkdwn"]), text: z.string() });
const Block = z.object({
  text: TextObject.optional(),
  fields: z.array(TextObject).optional(),
  elements: z.array(z.unknown()).optional(),
});

function textsOf(block: unknown): string[] {
  const { text, fields = [], elements = [] } = Block.parse(block);
  const shown = elements.flatMap((element) => TextObject.safeParse(element).data ?? []);
  return [...(text === undefined ? [] : [text]), ...fields, ...shown].map(readable);
}

function readable({ type, text }: z.infer<typeof TextObject>): string {
  if (type === "plain_text") return text;
  const linked = text.replace(/<(https:[^|>]+)\|([^>]+)>/g, "$2 ($1)");
  return decoded(linked.replace(/^\*([^*\n]+)\*\n/, "$1: ").replace(/`([^`]*)`/g, "$1"));
}

const decoded = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
