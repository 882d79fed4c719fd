/** What has happened in a channel since the last look: a line for each message, edit and reply, as a terminal shows it. */
import { type SeenMessage, seenMessages } from "./view.ts";
import type { SlackChannel } from "./workspace.ts";

/** Each call of the answer is one look. */
export function followChannel(channel: SlackChannel): () => string[] {
  /** How many texts each message had at the last look. */
  const known = new Map<string, number>();
  const news = ({ ts, text, before, isDeleted }: Omit<SeenMessage, "thread">, mark: string): string[] => {
    const versions = isDeleted ? -1 : before.length + 1;
    const last = known.get(ts);
    known.set(ts, versions);
    if (last === versions) return [];
    if (isDeleted) return [`#${channel.name} ${mark}(deleted)`];
    // An edit that nobody can see is none.
    if (last !== undefined && before.at(-1) === text) return [];
    return [`#${channel.name} ${mark}${last === undefined ? "" : "(edited) "}${text}`];
  };
  return () =>
    seenMessages(channel).flatMap((message) => [
      ...news(message, ""),
      ...message.thread.flatMap((reply) => news(reply, "↳ ")),
    ]);
}
