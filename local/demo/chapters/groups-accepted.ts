import type { Call } from "../../stand-in/kernel.ts";
import { untilToldOf } from "../channel.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { ec2Calls, exceptionEndMs, namesOf, nsgCalls, nsgOf, portsOf } from "../groups.ts";
import { EXCEPTION_PORT, RELAY } from "../link.ts";
import { acceptGroup } from "../operator.ts";

export const groupsAccepted: Chapter = {
  name: "groups of rules that are met for the first time wait for a person",
  async run(stack) {
    const nsg = nsgOf(stack);
    for (const group of ["relay", "bunny"]) {
      await untilToldOf(stack, "allowlist-not-accepted", `npm run warrener -- accept ${group}`);
    }
    check(namesOf(stack, nsg).length === 0, "nothing is written before it is accepted");
    const from = stack.kernel.calls().length;
    // The one has all that it needs but its exception, and the other is as new.
    await acceptGroup(stack, "relay");
    await acceptGroup(stack, "bunny");
    await until(
      "relay's group is as the link wants it",
      () => portsOf(stack, RELAY).includes(`in ${EXCEPTION_PORT}`) || Date.now() >= exceptionEndMs(stack),
    );
    const names = await until("bunny's group ends in a deny of ours", () => {
      const found = namesOf(stack, nsg);
      return found.some((name) => name.endsWith("final-deny")) && found;
    });
    // A sweep that has met the same differences is at work on them too.
    await until("no run is at work on it any more", () => isQuiet(nsgCalls(stack, from)));
    const writes = [...ec2Calls(stack, from), ...nsgCalls(stack, from)].filter(({ mutates }) => mutates);
    return {
      groups: 2,
      writes: writes.length,
      rulesOfTheSecurityGroup: portsOf(stack, RELAY).length,
      rulesOfTheNetworkSecurityGroup: names.length,
    };
  },
};

/** The hand looks at what it has written each second. */
const QUIET_MS = 2_500;
const isQuiet = (calls: readonly Call[]): boolean => Date.now() - (calls.at(-1)?.atMs ?? 0) > QUIET_MS;
