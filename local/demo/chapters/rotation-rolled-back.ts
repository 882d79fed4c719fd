import type { Stack } from "../../stack/stack.ts";
import { secondsUntil, untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { readDeadLetters } from "../halves.ts";
import { keysAtEnds, watchTunnels } from "../keys.ts";
import { askForKey } from "../operator.ts";
import { tunnelPair } from "../tunnels.ts";

const MODIFY = "ec2:ModifyVpnTunnelOptions";

export const rotationRolledBack: Chapter = {
  name: "AWS takes no new pre-shared key: Azure is given the old one again",
  async run(stack) {
    const [name, other] = tunnelPair(stack);
    const watch = watchTunnels(stack);
    const noted = watchKeys(stack, name);
    const before = stack.kernel.calls(MODIFY).length;
    const endFault = stack.kernel.faults.add({
      ...{ operation: MODIFY, nth: "every", when: "before" },
      effect: { kind: "lose-connection" },
    });
    const askedAt = Date.now();
    try {
      await askForKey(stack, name);
      await until("Azure has the new key, and AWS the old one", () => noted.differed());
      const told = await untilToldOf(stack, "pre-shared-key-failed", "AWS did not take the new one");
      // Soon after that it is tried again.
      check(noted.cameBack(), "both ends had the old key again");
      await until("the tunnel carries traffic", () => stack.vpn.tunnel(name).upSince !== undefined);
      check(watch.leastUp() > 0, `${other} has carried the traffic meanwhile`);
      const calls = stack.kernel.calls(MODIFY).length - before;
      return {
        ...{ tunnel: name, callsThatAwsNeverAnswered: calls, tunnelsUpAtLeast: watch.leastUp() },
        ...{ secondsFromAskedToSlack: secondsUntil(told, askedAt), oldKeyAtBothEndsAgain: noted.cameBack() },
      };
    } finally {
      endFault();
      watch.stop();
      noted.stop();
      // Whether AWS has done what was asked nobody knew, so those runs were red.
      readDeadLetters(stack);
    }
  },
};

/** Whether the ends ever had different keys, and after that the one of now again; until `stop`. */
function watchKeys(stack: Stack, tunnel: string) {
  const [old] = keysAtEnds(stack, tunnel);
  let [differed, cameBack] = [false, false];
  const stop = stack.vpn.onChange(() => {
    const ends = keysAtEnds(stack, tunnel);
    cameBack ||= differed && ends.every((key) => key === old);
    differed ||= ends[0] !== ends[1];
  });
  return { differed: () => differed, cameBack: () => cameBack, stop };
}
