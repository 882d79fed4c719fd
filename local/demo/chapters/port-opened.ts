import { ssoUser } from "../../aws/ec2/security-groups/people.ts";
import type { Stack } from "../../stack/stack.ts";
import { secondsUntil, untilToldOf, whereTold } from "../channel.ts";
import { type Chapter, until } from "../chapter.ts";
import { ec2Calls, firstWrite, portsOf, SSH, secondsBetween } from "../groups.ts";
import { RELAY } from "../link.ts";

const WHO = "bob@example.com";
/** In the message's own lines, or in its thread when 200 other rules of the group have just been put right with it. */
const DONE = "closed in tcp 22 0.0.0.0/0";

/** While Azure is away (outages.ts). */
export const portOpened: Chapter = {
  name: "a port opened by hand on a security group is closed, and Slack says who",
  async run(stack) {
    const begun = stack.kernel.calls().length;
    await until("Azure is away", () => isAzureAway(stack, begun));
    const [from, openedAt] = [stack.kernel.calls().length, Date.now()];
    const bob = stack.aws.securityGroups.console(ssoUser(stack.graph.accountId, "NetworkAdmin", WHO));
    bob.open(RELAY, [SSH]);
    await until("the port is closed", () => !portsOf(stack, RELAY).includes("in 22"));
    const closing = await until("the call is recorded", () => firstWrite(ec2Calls(stack, from)));
    const upToThere = ec2Calls(stack, from).filter(({ sequence }) => sequence <= closing.sequence);
    const told = await untilToldOf(stack, "allowlist-put-right", WHO, DONE);
    return {
      secondsFromOpenToClosed: secondsBetween(openedAt, closing.atMs),
      looks: upToThere.filter(({ mutates }) => !mutates).length,
      writes: upToThere.filter(({ mutates }) => mutates).length,
      secondsFromOpenToSlack: secondsUntil(told, openedAt),
      who: WHO,
      said: whereTold(told, DONE) ?? "",
    };
  },
};

const isAzureAway = ({ kernel }: Stack, from: number): boolean =>
  kernel
    .calls()
    .slice(from)
    .some(({ operation, outcome }) => /^(entra|key-vault):/.test(operation) && outcome === "lost");
