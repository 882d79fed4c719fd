import { iamUser } from "../../aws/ec2/security-groups/people.ts";
import { user } from "../../azure/arm/nsg/caller.ts";
import { azurePerson } from "../../azure/arm/nsg/person.ts";
import type { Stack } from "../../stack/stack.ts";
import { untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { ec2Calls, firstWrite, namesOf, nsgCalls, nsgOf, portsOf, secondsBetween } from "../groups.ts";
import { RELAY } from "../link.ts";

/** One of relay's subnets. */
const RELAYS = "10.0.1.0/24";

export const rulesDeleted: Chapter = {
  name: "wanted rules that somebody deletes are put back, in both clouds",
  async run(stack) {
    const [aws, azure] = await Promise.all([deletedInAws(stack, "carol"), deletedInAzure(stack, "dave")]);
    return { ...aws, ...azure };
  },
};

async function deletedInAws(stack: Stack, who: string) {
  const { aws, graph, kernel } = stack;
  const [from, deletedAt] = [kernel.calls().length, Date.now()];
  const wanted = aws.securityGroups.rules(RELAY).find(({ value }) => value.fromPort === 443);
  check(wanted !== undefined, "bunny may reach relay");
  aws.securityGroups.console(iamUser(graph.accountId, who, { tool: "cli" })).close(RELAY, [wanted.id]);
  await until("the rule of the security group is back", () => portsOf(stack, RELAY).includes("in 443"));
  const opening = await until("the call is recorded", () => firstWrite(ec2Calls(stack, from)));
  await untilToldOf(stack, "allowlist-put-right", who);
  return { whoOnAws: who, secondsToPutBackOnAws: secondsBetween(deletedAt, opening.atMs) };
}

async function deletedInAzure(stack: Stack, who: string) {
  const { azure, kernel } = stack;
  const [nsg, from] = [nsgOf(stack), kernel.calls().length];
  const wanted = azure.nsgs
    .rules(nsg)
    .find(({ properties }) => JSON.stringify(properties).includes(RELAYS))?.name;
  check(wanted !== undefined, "bunny may reach out to relay");
  const upn = `${who}@example.com`;
  const deletedAt = Date.now();
  const caller = user({ objectId: who, upn, name: who, application: "cli" });
  await azurePerson(azure.nsgs, caller).deleteRule(nsg, wanted);
  await until("the rule of the network security group is back", () => namesOf(stack, nsg).includes(wanted));
  const writing = await until("the call is recorded", () => firstWrite(nsgCalls(stack, from)));
  await untilToldOf(stack, "allowlist-put-right", upn);
  return { whoOnAzure: upn, secondsToPutBackOnAzure: secondsBetween(deletedAt, writing.atMs) };
}
