import { user } from "../../azure/arm/nsg/caller.ts";
import { azurePerson } from "../../azure/arm/nsg/person.ts";
import type { Stack } from "../../stack/stack.ts";
import { secondsUntil, untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { firstWrite, namesOf, nsgCalls, nsgOf, secondsBetween } from "../groups.ts";

const WHO = "alice@example.com";
const NAME = "let-me-out";
const RULE = {
  name: NAME,
  properties: {
    direction: "Outbound",
    access: "Allow",
    priority: 100,
    protocol: "Tcp",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "Internet",
    destinationPortRange: "22",
  },
};

/** While AWS is away (outages.ts). */
export const nsgPortOpened: Chapter = {
  name: "a port opened by hand on an NSG is closed by Azure's half alone",
  async run(stack) {
    const nsg = nsgOf(stack);
    await until("AWS is away", () => isAwsAway(stack));
    const caller = user({ objectId: "alice", upn: WHO, name: "Alice", application: "portal" });
    const from = stack.kernel.calls().length;
    const openedAt = Date.now();
    await azurePerson(stack.azure.nsgs, caller).putRule(nsg, RULE);
    await until("the port is closed", () => !namesOf(stack, nsg).includes(NAME));
    const closing = await until("the call is recorded", () => firstWrite(nsgCalls(stack, from)));
    const wasAway = isAwsAway(stack);
    const upToThere = nsgCalls(stack, from).filter(({ sequence }) => sequence <= closing.sequence);
    const told = await untilToldOf(stack, "allowlist-put-right", WHO);
    check(wasAway, "AWS was away all the while");
    return {
      secondsFromOpenToClosed: secondsBetween(openedAt, closing.atMs),
      whileAwsWasAway: wasAway,
      looks: upToThere.filter(({ mutates }) => !mutates).length,
      writes: upToThere.filter(({ mutates }) => mutates).length,
      // Once AWS was back, from what the hand had noted.
      secondsFromOpenToSlack: secondsUntil(told, openedAt),
      who: WHO,
    };
  },
};

const isAwsAway = ({ kernel }: Stack): boolean => kernel.calls("dynamodb:Query").at(-1)?.outcome === "lost";
