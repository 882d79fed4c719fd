import type { Stack } from "../../stack/stack.ts";
import { isCritical, isOver, RECOVERY, secondsUntil, watchChannel } from "../channel.ts";
import { type Chapter, check } from "../chapter.ts";
import { resets, tunnelPair } from "../tunnels.ts";

export const tunnelsCut: Chapter = {
  name: "both tunnels are cut and come back: one message tells of it all",
  async run(stack) {
    const [first, second] = tunnelPair(stack);
    const [channel, resetsBefore] = [watchChannel(stack, "tunnels"), resets(stack)];
    const firstCutAt = cut(stack, first);
    const warning = await channel.untilTold("a warning is told", ({ text }) => text.startsWith("🟠"));
    const secondCutAt = cut(stack, second);
    await channel.untilTold("the same message turns critical", isCritical);
    const turned = await channel.untilReplied("its thread says so", /^Now critical/);
    await channel.untilReplied("the reset of the Azure connection is told in its thread", resetOf(first));
    check(resets(stack) > resetsBefore, "the Azure connection was reset");
    for (const name of [first, second]) stack.vpn.restore(name);
    const over = await channel.untilTold("the message says that it is over", isOver);
    const { text: recovery } = await channel.untilReplied("its thread says how long it lasted", RECOVERY);
    check(channel.count() === 1, "all of it is one message in the channel");
    return {
      messagesInTheChannel: channel.count(),
      secondsFromCutToSlack: secondsUntil(warning, firstCutAt),
      secondsFromSecondCutToCritical: secondsUntil(turned, secondCutAt),
      azureResets: resets(stack) - resetsBefore,
      edits: over.before.length,
      recovery,
    };
  },
};

function cut(stack: Stack, tunnel: string): number {
  stack.vpn.cut(tunnel);
  return Date.now();
}

const resetOf = (tunnel: string): RegExp => new RegExp(`^${tunnel}: reset of its Azure connection`);
