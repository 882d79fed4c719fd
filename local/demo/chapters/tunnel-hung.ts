import { isOver, messagesAbout, RECOVERY, replyWith, secondsUntil, watchChannel } from "../channel.ts";
import { type Chapter, check } from "../chapter.ts";
import { replacements, resets, tunnelPair } from "../tunnels.ts";

export const tunnelHung: Chapter = {
  name: "a tunnel hangs, and is mended by nobody but Warrener",
  async run(stack) {
    const [first, second] = tunnelPair(stack);
    // A reset is the first thing that is tried, and the first tunnel has had its own.
    const told = messagesAbout(stack, "tunnels").some((message) => replyWith(message, repairOf(second)));
    const name = told ? first : second;
    const channel = watchChannel(stack, "tunnels");
    const before = { resets: resets(stack), replacements: replacements(stack) };
    const hungAt = Date.now();
    // Something in between is stuck, so that a new start of either end helps.
    stack.vpn.hang(name, "either");
    const warning = await channel.untilTold("the hung tunnel is told", () => true);
    await channel.untilTold("it is over", isOver);
    const { text: recovery } = await channel.untilReplied("its thread says how long it lasted", RECOVERY);
    const [reset, replaced] = [resets(stack) - before.resets, replacements(stack) - before.replacements];
    check(reset + replaced > 0, "Warrener has begun one of the ends anew");
    check(stack.vpn.tunnel(name).hung === undefined, "nothing hangs any more");
    check(channel.count() === 1, "all of it is one message in the channel");
    return {
      messagesInTheChannel: channel.count(),
      secondsFromHangToSlack: secondsUntil(warning, hungAt),
      azureResets: reset,
      awsReplacements: replaced,
      recovery,
    };
  },
};

const repairOf = (tunnel: string): RegExp => new RegExp(`^${tunnel}: (reset|replacement) of `);
