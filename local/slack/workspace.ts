/**
 * One Slack workspace: its apps, channels and messages, and what people do in them by hand. Messages keep every text
 * that they had, so that edits can be shown.
 */

export interface SlackApp {
  readonly name: string;
  readonly appId: string;
  readonly botId: string;
  readonly userId: string;
  /** May change, as when the app is installed again. */
  scopes: ReadonlySet<string>;
  token: string;
  state: "installed" | "removed";
}

export interface Content {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

export interface SlackMessage {
  /** Its name within the channel. */
  readonly ts: string;
  /** Null for a person's. */
  readonly app: SlackApp | null;
  /** Of the message below which it is a reply. */
  readonly threadTs: string | null;
  /** The last is the one that is shown. */
  readonly contents: [Content, ...Content[]];
  metadata: unknown;
  /** Deleted, but still there for its replies. */
  isTombstone: boolean;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  isArchived: boolean;
  /** The bots that were invited, by their ids. */
  readonly bots: Set<string>;
  /** By ts, oldest first: those of the channel and those of its threads. */
  readonly messages: Map<string, SlackMessage>;
}

export interface NewApp {
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly string[];
}

export interface NewChannel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate?: boolean;
}

export class SlackWorkspace {
  readonly teamId = "T0123456789";
  /** Whether the workspace lets apps delete and edit: its owners' settings. */
  readonly settings = { mayDelete: true, mayEdit: true };
  readonly #now: () => number;
  readonly #apps: SlackApp[] = [];
  readonly #revoked = new Set<string>();
  readonly #channels = new Map<string, SlackChannel>();
  #lastTs = 0;

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  createApp({ name, token, scopes }: NewApp): SlackApp {
    const number = String(this.#apps.length + 1).padStart(8, "0");
    const app: SlackApp = {
      name,
      appId: `A01${number}`,
      botId: `B01${number}`,
      userId: `U01${number}`,
      scopes: new Set(scopes),
      token,
      state: "installed",
    };
    this.#apps.push(app);
    return app;
  }

  createChannel({ id, name, isPrivate = false }: NewChannel): SlackChannel {
    const channel = { id, name, isPrivate, isArchived: false, bots: new Set<string>(), messages: new Map() };
    this.#channels.set(id, channel);
    return channel;
  }

  /** Throws for one that is not there: for tests and demos, which know what they made. */
  channel(id: string): SlackChannel {
    const channel = this.#channels.get(id);
    if (channel === undefined) throw new Error(`no channel ${id} in this workspace`);
    return channel;
  }

  findChannel(id: string): SlackChannel | undefined {
    return this.#channels.get(id);
  }

  findChannelByName(name: string): SlackChannel | undefined {
    return [...this.#channels.values()].find((channel) => channel.name === name.replace(/^#/, ""));
  }

  appOf(token: string): SlackApp | undefined {
    return this.#apps.find((app) => app.token === token);
  }

  isRevoked(token: string): boolean {
    return this.#revoked.has(token);
  }

  /** The app's old token is refused from now on. */
  replaceToken(app: SlackApp, token: string): void {
    this.#revoked.add(app.token);
    app.token = token;
  }

  /** `threadTs` is that of a message that starts a thread. Its ts is after every other one's. */
  add(
    channel: SlackChannel,
    message: Pick<SlackMessage, "app" | "threadTs" | "metadata"> & { readonly content: Content },
  ): SlackMessage {
    const { app, threadTs, metadata, content } = message;
    const ts = this.#nextTs();
    const added: SlackMessage = {
      ts,
      app,
      threadTs,
      contents: [content],
      metadata,
      isTombstone: false,
    };
    channel.messages.set(ts, added);
    return added;
  }

  /** A person writes. */
  say(channel: SlackChannel, text: string, threadTs: string | null = null): SlackMessage {
    return this.add(channel, { app: null, threadTs, metadata: undefined, content: { text, blocks: [] } });
  }

  /** By a person or an app. What has replies leaves a trace for them. */
  remove(channel: SlackChannel, { ts }: Pick<SlackMessage, "ts">): void {
    const message = channel.messages.get(ts);
    if (message === undefined) return;
    if (repliesTo(channel, ts).length === 0) channel.messages.delete(ts);
    else {
      message.isTombstone = true;
      message.metadata = undefined;
    }
  }

  /** Seconds and a number that makes it unlike every other one. */
  #nextTs(): string {
    this.#lastTs = Math.max(this.#now() * 1_000, this.#lastTs + 1);
    const digits = String(this.#lastTs).padStart(16, "0");
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }
}

export const repliesTo = (channel: SlackChannel, ts: string): SlackMessage[] =>
  [...channel.messages.values()].filter(({ threadTs }) => threadTs === ts);

export function shownContent({ contents }: SlackMessage): Content {
  return contents.at(-1) ?? contents[0];
}
