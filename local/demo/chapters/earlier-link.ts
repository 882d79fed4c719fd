import { type Chapter, check } from "../chapter.ts";
import { applyEarlierLink, type EarlierDeployment } from "../earlier.ts";
import { portsOf } from "../groups.ts";
import { BALANCER, EARLIER_PORT } from "../link.ts";

export const earlierLink = (earlier: EarlierDeployment): Chapter => ({
  name: "an earlier link has been applied, which wants one rule more",
  async run(stack) {
    const wanted = await applyEarlierLink(stack, earlier, "balancer");
    const open = portsOf(stack, BALANCER);
    check(open.includes(`in ${EARLIER_PORT}`), "what the earlier link wants is open");
    return { wantedThen: wanted, wantedNow: wanted - 1, open: open.toSorted().join(", ") };
  },
});
