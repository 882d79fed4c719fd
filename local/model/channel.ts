/** A channel in which incidents are told, in memory: its messages can be counted, and it may say no. */
import type { Incident } from "../../shared/alerts/incident.ts";
import type { Message, Messenger } from "../../shared/alerts/messenger.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { CallName, Calls } from "./calls.ts";

export interface ModelMessage {
  readonly ts: string;
  /** The incident as it was told last. */
  readonly incident: Incident;
  /** The ids of the notes in its thread, each as often as it stands there. */
  readonly replies: readonly string[];
}

export interface ModelChannel extends Messenger {
  /** What people see, oldest first. */
  readonly messages: readonly ModelMessage[];
  /** Has the token the right to read the channel's history? */
  canSearch: boolean;
  /** Why nothing can be told: the token or the channel is wrong. */
  wrong: string | null;
  /** Somebody deletes a message by hand. */
  remove(ts: string): void;
}

export function modelChannel(calls: Calls, channel: string): ModelChannel {
  const messages = new Map<string, ModelMessage>();
  let posted = 0;
  const perform = <T>(name: CallName, incident: Incident, run: () => T) =>
    calls.perform(name, incident.key, () => {
      if (model.wrong !== null) throw new ConfigError(model.wrong);
      return run();
    });
  /** Of a message as it is, or "gone". */
  const change = <T>(ts: string, done: T, to: (message: ModelMessage) => ModelMessage) => {
    const message = messages.get(ts);
    if (message === undefined) return "gone" as const;
    messages.set(ts, to(message));
    return done;
  };
  const model: ModelChannel = {
    channel,
    get messages() {
      return [...messages.values()];
    },
    canSearch: true,
    wrong: null,
    remove: (ts) => void messages.delete(ts),
    post: (incident) =>
      perform("messenger.post", incident, (): Message => {
        posted += 1;
        const ts = `1795248000.${String(posted).padStart(6, "0")}`;
        messages.set(ts, { ts, incident, replies: [] });
        return { channel, ts };
      }),
    update: ({ ts }, incident) =>
      perform("messenger.update", incident, () =>
        change(ts, "updated" as const, (message) => ({ ...message, incident })),
      ),
    reply: ({ ts }, incident, { id }) =>
      perform("messenger.reply", incident, () =>
        change(ts, "replied" as const, (message) => ({ ...message, replies: [...message.replies, id] })),
      ),
    find: (wanted) =>
      perform("messenger.find", wanted, () =>
        model.canSearch
          ? model.messages
              .filter(({ incident }) => incident.id === wanted.id)
              .map(({ ts }) => ({ channel, ts }))
          : "cannot-search",
      ),
    findNotes: ({ ts }, incident) =>
      perform("messenger.find-notes", incident, () =>
        model.canSearch ? (messages.get(ts)?.replies ?? []) : "cannot-search",
      ),
    withdraw: ({ ts }, incident) => perform("messenger.withdraw", incident, () => void messages.delete(ts)),
  };
  return model;
}
