import type { Stack } from "../../stack/stack.ts";
import { callRelay, STRANGER } from "../callers.ts";
import { messagesAbout, secondsUntil, watchChannel } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { refusedSerials } from "../refusals.ts";

const KNOCKS = 200;
const AT_ONCE = 10;

export const strangerKnocks: Chapter = {
  name: "a stranger knocks 200 times, and Slack has one message of it",
  async run(stack) {
    const channel = watchChannel(stack, "auth-failure");
    const before = turnedAway(stack);
    const begunAt = Date.now();
    await knock(stack);
    await until("relay's log has every one", () => turnedAway(stack) >= before + KNOCKS);
    const told = await channel.untilTold("Slack says how often, from where and why", ({ text, lines }) => {
      const says = [`From: ${STRANGER}`, `Failures: ${KNOCKS} or more`].every((fact) => lines.includes(fact));
      return says && text.includes("it shows no certificate");
    });
    const [first] = messagesAbout(stack, "auth-failure").slice(-channel.count());
    check(channel.count() === 1 && first !== undefined, "all of it is one message in the channel");
    return {
      knocks: KNOCKS,
      messagesInTheChannel: channel.count(),
      secondsFromFirstKnockToSlack: secondsUntil(first, begunAt),
      edits: told.before.length,
      said: told.lines[0] ?? told.text,
      ...{ from: STRANGER, failures: `${KNOCKS} or more` },
    };
  },
};

async function knock(stack: Stack): Promise<void> {
  for (let knocks = 0; knocks < KNOCKS; knocks += AT_ONCE) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => callRelay(stack, {})));
    check(
      answers.every((answer) => answer === "no answer"),
      "relay answers nobody without a certificate",
    );
  }
}

const turnedAway = (stack: Stack): number => refusedSerials(stack, "no-certificate").length;
