import type { Stack } from "../../stack/stack.ts";
import { type About, isOver, messagesAbout, RECOVERY, replyWith } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";

/** A failure of bunny's is over when relay has accepted it for a minute; a stranger's, when he has been quiet. */
export const refusalsOver: Chapter = {
  name: "who was refused is told to be over: one message each, with how long it was",
  async run(stack) {
    const stranger = await recoveries(stack, "auth-failure");
    const own = await recoveries(stack, "auth-own");
    const named = messagesAbout(stack, "auth-own")
      .flatMap(({ lines, linesBefore }) => [...linesBefore, ...lines])
      .find((line) => /^Cause: .* uses serial [0-9a-f]+; serial [0-9a-f]+ was merged at /.test(line));
    check(named !== undefined, "of the stolen certificate it was said which one came after it");
    return { stranger, bunny: own, saidOfTheStolenOne: named.slice("Cause: ".length) };
  },
};

async function recoveries(stack: Stack, about: About): Promise<string> {
  const replies = await until(`what Slack tells of it is over (${about})`, () => {
    const messages = messagesAbout(stack, about);
    const said = messages.flatMap((message) => (isOver(message) ? (replyWith(message, RECOVERY) ?? []) : []));
    return messages.length > 0 && said.length === messages.length && said;
  });
  check(replies.length === 1, `it is one message in the channel, not ${replies.length} (${about})`);
  return replies.join();
}
