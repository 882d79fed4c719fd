import { isOver, messagesAbout, untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { portsOf, secondsBetween } from "../groups.ts";
import { BALANCER, EARLIER_PORT } from "../link.ts";
import { acceptGroup } from "../operator.ts";

export const shrinking: Chapter = {
  name: "a link that wants less than the last one closes nothing unasked",
  async run(stack) {
    const held = () => portsOf(stack, BALANCER).includes(`in ${EARLIER_PORT}`);
    await untilToldOf(stack, "allowlist-awaiting-consent", "npm run warrener -- accept balancer");
    const rule = stack.aws.securityGroups
      .rules(BALANCER)
      .find(({ value }) => value.fromPort === EARLIER_PORT);
    check(held() && rule !== undefined, "what the earlier link wanted is open");
    const acceptedAt = Date.now();
    await acceptGroup(stack, "balancer");
    await until("it is closed once that is accepted", () => !held());
    const secondsToClose = secondsBetween(acceptedAt, Date.now());
    await until("and Slack says that nothing waits any more", () =>
      messagesAbout(stack, "allowlist-awaiting-consent").every(isOver),
    );
    return { rulesHeld: 1, secondsFromAcceptedToClosed: secondsToClose };
  },
};
