/** The link's Slack channel, as whoever is on call reads it. */
import { type SeenMessage, seenMessages } from "../slack/view.ts";
import type { Stack } from "../stack/stack.ts";
import { check, until } from "./chapter.ts";

/** What a message tells of, by the entry of the operating guide that it leads to. */
export type About =
  | "tunnels"
  | "pre-shared-key-failed"
  | "freeze"
  | "allowlist-not-accepted"
  | "allowlist-put-right"
  | "allowlist-awaiting-consent"
  | "allowlist-exception-over"
  | "auth-failure"
  | "auth-own";

/** Those that lead to that entry, oldest first. */
export function messagesAbout({ slack }: Stack, about: About): SeenMessage[] {
  check(slack !== undefined, "the link has a Slack channel");
  return seenMessages(slack.channel).filter(({ lines }) => lines.some((line) => line.endsWith(`#${about})`)));
}

/** The channel from now on: one incident's message, and that there is no second one. */
export function watchChannel(stack: Stack, about: About) {
  const before = messagesAbout(stack, about).length;
  const fresh = () => messagesAbout(stack, about).slice(before);
  return {
    count: () => fresh().length,
    /** Waits until the message holds what is looked for. */
    untilTold: (what: string, isTold: (message: SeenMessage) => boolean) =>
      until(what, () => fresh().slice(0, 1).find(isTold)),
    /** Waits until a reply in its thread is found, which stays there. */
    untilReplied: (what: string, wanted: RegExp) =>
      until(what, () =>
        fresh()
          .slice(0, 1)
          .flatMap(({ thread }) => thread)
          .find(({ text }) => wanted.test(text)),
      ),
  };
}

/** Waits for the message in which all of that stands, or stood once, or stands in its thread. */
export const untilToldOf = (stack: Stack, about: About, ...wanted: readonly string[]): Promise<SeenMessage> =>
  until(`Slack tells of ${wanted.join(" and of ")}`, () =>
    messagesAbout(stack, about).find((message) =>
      wanted.every((one) => whereTold(message, one) !== undefined),
    ),
  );

/** The first line of the message or of its thread that says so, now or before. */
export const whereTold = ({ lines, linesBefore, thread }: SeenMessage, wanted: string): string | undefined =>
  [...lines, ...linesBefore, ...thread.map(({ text }) => text)].find((line) => line.includes(wanted));

/** The reply that says how long it lasted. */
export const RECOVERY = /^Over after /;

export const isCritical = ({ text }: SeenMessage): boolean => text.startsWith("🔴");
export const isOver = ({ text }: SeenMessage): boolean => text.startsWith("✅");

/** The text of the reply in which it is found. */
export const replyWith = ({ thread }: SeenMessage, wanted: RegExp): string | undefined =>
  thread.map(({ text }) => text).find((text) => wanted.test(text));

/** From a moment of the wall clock, in milliseconds, to the call that put the message there. */
export const secondsUntil = ({ ts }: Pick<SeenMessage, "ts">, fromMs: number): number =>
  Math.round(Number(ts) * 10 - fromMs / 100) / 10;
