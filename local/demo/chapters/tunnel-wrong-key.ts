import { generatePreSharedKey } from "../../vpn/pre-shared-key.ts";
import { isOver, messagesAbout } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { secondsBetween } from "../groups.ts";
import { keysAtEnds, watchTunnels } from "../keys.ts";
import { TUNNEL_LOG } from "../link.ts";
import { refusalsTaken } from "../refusals.ts";
import { tunnelPair } from "../tunnels.ts";

export const tunnelWrongKey: Chapter = {
  name: "a tunnel is given a wrong key by hand: its log is read, and it is mended",
  async run(stack) {
    const [name, other] = tunnelPair(stack);
    const [key] = keysAtEnds(stack, name);
    const watch = watchTunnels(stack);
    const begunAt = Date.now();
    try {
      stack.vpn.setAzureKey(name, generatePreSharedKey());
      await until("the tunnel's own log has been read", () => refusalsTaken(stack, TUNNEL_LOG, begunAt) > 0);
      await until("both ends have the stored key again", () =>
        keysAtEnds(stack, name).every((one) => one === key),
      );
      await until("the tunnel carries traffic", () => stack.vpn.tunnel(name).upSince !== undefined);
      const seconds = secondsBetween(begunAt, Date.now());
      await until("what was told of it is over", () => messagesAbout(stack, "tunnels").every(isOver));
      check(watch.leastUp() > 0, `${other} has carried the traffic meanwhile`);
      return {
        ...{ tunnel: name, refusalsRead: refusalsTaken(stack, TUNNEL_LOG, begunAt) },
        ...{ tunnelsUpAtLeast: watch.leastUp(), secondsToMend: seconds },
      };
    } finally {
      watch.stop();
    }
  },
};
