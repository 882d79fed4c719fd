/** What an app may do with a channel: its scopes, and whether it is in there. */
import { SlackRefusal } from "./operations.ts";
import type { SlackApp, SlackChannel, SlackWorkspace } from "./workspace.ts";

/** As a refusal lists them (https://github.com/alex000kim/slack-gpt-bot/issues/7). */
const HISTORY = ["channels:history", "groups:history", "mpim:history", "im:history"];

export function requireScope(app: SlackApp, scope: string): void {
  if (!app.scopes.has(scope)) throw missingScope(app, [scope]);
}

/** To write a message of its own; a name is as good as an id. */
export function channelToPost(workspace: SlackWorkspace, app: SlackApp, name: string): SlackChannel {
  const channel = workspace.findChannel(name) ?? workspace.findChannelByName(name);
  const found = visible(channel, app);
  if (found.isArchived) throw new SlackRefusal("is_archived");
  if (!found.bots.has(app.botId) && !app.scopes.has("chat:write.public"))
    throw new SlackRefusal("not_in_channel");
  return found;
}

/** To change a message there: by the channel's id alone. */
export function channelById(workspace: SlackWorkspace, app: SlackApp, id: string): SlackChannel {
  return visible(workspace.findChannel(id), app);
}

export function channelToRead(workspace: SlackWorkspace, app: SlackApp, id: string): SlackChannel {
  if (!HISTORY.some((scope) => app.scopes.has(scope))) throw missingScope(app, HISTORY);
  const channel = channelById(workspace, app, id);
  const needed = channel.isPrivate ? "groups:history" : "channels:history";
  requireScope(app, needed);
  if (!channel.bots.has(app.botId)) throw new SlackRefusal("not_in_channel");
  return channel;
}

/** Of a private channel, nobody outside knows that it is there. */
function visible(channel: SlackChannel | undefined, app: SlackApp): SlackChannel {
  if (channel === undefined || (channel.isPrivate && !channel.bots.has(app.botId)))
    throw new SlackRefusal("channel_not_found");
  return channel;
}

const missingScope = (app: SlackApp, needed: readonly string[]): SlackRefusal =>
  new SlackRefusal("missing_scope", { needed: needed.join(","), provided: [...app.scopes].join(",") });
