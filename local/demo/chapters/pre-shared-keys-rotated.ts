import { isOver, messagesAbout, watchChannel } from "../channel.ts";
import { type Chapter, check, RUN_EVERY_MS, until } from "../chapter.ts";
import { keysAtEnds, watchTunnels } from "../keys.ts";
import { areInOrder, askForKey } from "../operator.ts";
import { tunnelPair } from "../tunnels.ts";

const SET_KEY = "network:SetSharedKey";

export const preSharedKeysRotated: Chapter = {
  name: "all tunnels' pre-shared keys are rotated, and the link is never down",
  async run(stack) {
    const tunnels = tunnelPair(stack);
    const inOrder = (what: string) => until(what, () => areInOrder(stack, tunnels), undefined, RUN_EVERY_MS);
    await inOrder("what was asked for before, and failed, is made up for");
    const old = new Map(tunnels.map((name) => [name, keysAtEnds(stack, name)[0]]));
    const channel = watchChannel(stack, "tunnels");
    const watch = watchTunnels(stack);
    const startedAt = Date.now();
    // Azure says that all went well, and has kept the old key.
    const { azure } = stack.vpn.tunnel(tunnels[0]);
    const wasIgnored = stack.azure.arm.ignoreNextKey(azure?.connectionId ?? "");
    const before = stack.kernel.calls(SET_KEY).length;
    try {
      for (const name of tunnels) await askForKey(stack, name);
      await inOrder("every key is in order");
      for (const name of tunnels) {
        const [aws, azure] = keysAtEnds(stack, name);
        check(aws === azure && aws !== old.get(name), `both ends of ${name} have another key`);
      }
      await until("both tunnels are up", () =>
        tunnels.every((name) => stack.vpn.tunnel(name).upSince !== undefined),
      );
      const seconds = Math.round((Date.now() - startedAt) / 1_000);
      check(watch.leastUp() > 0, "the link was never down");
      await until("what was told of a rotation that failed is over", () =>
        messagesAbout(stack, "pre-shared-key-failed").every(isOver),
      );
      check(channel.count() === 0, "nobody was told of a loss that was planned");
      const calls = stack.kernel.calls(SET_KEY).length - before;
      check(wasIgnored() && calls > tunnels.length, "a key that Azure did not keep was set again");
      return {
        rotated: tunnels.length,
        keysSetAtAzure: calls,
        tunnelsUpAtLeast: watch.leastUp(),
        messagesOfLoss: 0,
        seconds,
      };
    } finally {
      watch.stop();
    }
  },
};
