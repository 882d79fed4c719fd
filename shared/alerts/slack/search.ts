/**
 * Looks for what an earlier attempt sent without anybody having noted it, by the messages' metadata. What could not
 * be looked through to its end is not searched: "not found" would be a guess.
 */
import * as z from "zod";
import type { Incident } from "../incident.ts";
import type { Message } from "../messenger.ts";
import type { SlackTask } from "./client.ts";
import { PAGE_SIZE, PAGES_MAX } from "./limits.ts";
import { namedNote, namesIncident } from "./metadata.ts";

/** The token may write but not read, or may not read this channel. */
const MAY_NOT_LOOK: ReadonlySet<string> = new Set([
  "access_denied",
  "missing_scope",
  "no_permission",
  "not_allowed_token_type",
  "not_in_channel",
]);
/** There is no such message any more. */
const NO_THREAD = "thread_not_found";
/** Nobody's clock is exact. */
const SKEW_SECONDS = 600;

const EXPECTED: ReadonlySet<string> = new Set([...MAY_NOT_LOOK, NO_THREAD]);

const Found = z.object({
  ts: z.string(),
  bot_id: z.string().optional().catch(undefined),
  metadata: z.unknown().optional(),
});
type Found = z.infer<typeof Found>;
const Page = z.object({
  messages: z.array(Found),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
const Identity = z.object({ bot_id: z.string().min(1) });

export async function findMessages(
  task: SlackTask,
  channel: string,
  incident: Incident,
): Promise<readonly Message[] | "cannot-search"> {
  const own = await ownMessages(task, "conversations.history", {
    channel,
    // With this alone, the first page is that of the oldest (https://github.com/slackhq/slack-api-docs/issues/4).
    oldest: `${Math.max(0, incident.openedAt - SKEW_SECONDS)}.000000`,
  });
  if (own === null) return "cannot-search";
  return own
    .filter(({ metadata }) => namesIncident(metadata, incident))
    .map(({ ts }) => ({ channel, ts }))
    .sort((one, other) => (one.ts < other.ts ? -1 : 1));
}

export async function findThreadNotes(
  task: SlackTask,
  { channel, ts }: Message,
  incident: Incident,
): Promise<readonly string[] | "cannot-search"> {
  const own = await ownMessages(task, "conversations.replies", { channel, ts });
  if (own === null) return "cannot-search";
  return [...new Set(own.flatMap(({ metadata }) => namedNote(metadata, incident)?.id ?? []))];
}

/** Another app can write the same metadata, but not in our name. Null when they cannot be looked through. */
async function ownMessages(
  task: SlackTask,
  method: "conversations.history" | "conversations.replies",
  where: Readonly<Record<string, string>>,
): Promise<Found[] | null> {
  const { bot_id: ours } = await task.call("auth.test", {}, Identity);
  const own: Found[] = [];
  let cursor = "";
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const from = cursor === "" ? {} : { cursor };
    const args = { ...where, include_all_metadata: true, limit: PAGE_SIZE, ...from };
    const page = await task.attempt(method, args, Page, EXPECTED);
    if ("refused" in page) return page.refused === NO_THREAD ? [] : null;
    own.push(...page.messages.filter(({ bot_id }) => bot_id === ours));
    cursor = page.response_metadata?.next_cursor ?? "";
    if (cursor === "") return own;
  }
  return null;
}
