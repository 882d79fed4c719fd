import { roleSession } from "../../aws/ec2/security-groups/people.ts";
import { untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { ec2Calls, portsOf, SSH, secondsBetween } from "../groups.ts";
import { EXCEPTION_PORT, RELAY } from "../link.ts";

const RULES = 200;
const WHO = "ci-42";

export const manyRules: Chapter = {
  name: "200 rules opened at once are all closed, however many that is",
  async run(stack) {
    const { aws, graph, kernel } = stack;
    // The link's one exception may end meanwhile.
    const lasting = () =>
      portsOf(stack, RELAY)
        .filter((port) => port !== `in ${EXCEPTION_PORT}`)
        .toSorted();
    const before = lasting();
    const from = kernel.calls().length;
    const pipeline = roleSession(graph.accountId, "deployer", WHO, { tool: "terraform" });
    const rules = Array.from({ length: RULES }, (_, index) => ({
      ...SSH,
      peer: { cidr: `198.51.100.${index}/32` },
    }));
    const openedAt = Date.now();
    const opened = aws.securityGroups.console(pipeline).open(RELAY, rules);
    check(opened.length === RULES, "all of them were open");
    await until("all of them are closed", () => !portsOf(stack, RELAY).includes("in 22"));
    const closings = ec2Calls(stack, from).filter(({ operation }) => operation.startsWith("ec2:Revoke"));
    const lastAt = Math.max(...closings.map(({ atMs }) => atMs));
    check(lasting().join() === before.join(), "and nothing else was touched");
    await untilToldOf(stack, "allowlist-put-right", WHO);
    return {
      opened: RULES,
      closed: RULES,
      secondsToCloseThemAll: secondsBetween(openedAt, lastAt),
      callsToCloseThem: closings.length,
      who: WHO,
    };
  },
};
