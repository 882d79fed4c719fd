/** What people do to the groups of a stack that runs `allowlists-link.ts`, and what its function is asked. */
import path from "node:path";
import * as z from "zod";
import { ssoUser } from "../aws/ec2/security-groups/people.ts";
import { user } from "../azure/arm/nsg/caller.ts";
import { azurePerson } from "../azure/arm/nsg/person.ts";
import { seenMessages } from "../slack/view.ts";
import { RELAY } from "./allowlists-link.ts";
import { startStack } from "./stack.ts";

const LINK_FILE = path.join(import.meta.dirname, "allowlists-link.ts");
/** What Azure takes seconds for takes a tenth of them. */
const SPEED = 60;

const Report = z.looseObject({ group: z.string(), wish: z.string() });
const Plan = z.looseObject({ groups: z.array(Report), problems: z.array(z.unknown()) });

export type Allowlists = Awaited<ReturnType<typeof startAllowlists>>;

/** No schedule runs: whatever is healed, an event has begun it, or a run that a test asked for. */
export async function startAllowlists() {
  const lines: string[] = [];
  const onLogLine = (_source: string, line: string) => void lines.push(line);
  const stack = await startStack({ linkFile: LINK_FILE, seed: 1, calm: true, speed: SPEED, onLogLine });
  const { aws, azure, kernel, graph, functions } = stack;
  const nsg = azure.nsgs.all()[0]?.id ?? "";
  const names = () => azure.nsgs.rules(nsg).map(({ name }) => name);

  /** As the schedule of each minute does with `tend`, and the command line with the others. */
  async function run(event: object) {
    const found = [...functions.values()].find(({ deployed }) => deployed.logicalName === "HealAllowlists");
    if (found === undefined) throw new Error("the deployment has no HealAllowlists");
    const result = await found.invoke(event);
    if (!result.ok) throw new Error(`${result.errorMessage}\n${lines.slice(-20).join("\n")}`);
    return result.payload;
  }

  return {
    stack,
    nsg,
    run,
    plan: async () => Plan.parse(await run({ run: "plan" })),
    /** Such as `in 443`. */
    ports: (group = RELAY) =>
      aws.securityGroups.rules(group).map(({ direction, value }) => `${direction} ${value.fromPort}`),
    names,
    byHandNames: () => names().filter((name) => name.startsWith("by-hand")),
    /** People, each with a name of their own. */
    onAws: (name = "bob") =>
      aws.securityGroups.console(ssoUser(graph.accountId, "NetAdmin", `${name}@example.com`)),
    onAzure: (name = "alice") =>
      azurePerson(
        azure.nsgs,
        user({ objectId: name, upn: `${name}@example.com`, name, application: "portal" }),
      ),
    calls: () => kernel.calls().length,
    operations: (from: number) =>
      kernel
        .calls()
        .slice(from)
        .map(({ operation }) => operation),
    /** Calls of either half that change a group. */
    writes: (from: number) =>
      kernel
        .calls()
        .slice(from)
        .filter(({ operation, mutates }) => mutates && /^(ec2|network):/.test(operation)),
    /** All that stands in the channel. */
    told: () => (stack.slack === undefined ? [] : seenMessages(stack.slack.channel)),
    toldText: () => JSON.stringify(stack.slack === undefined ? [] : seenMessages(stack.slack.channel)),
  };
}

export const ssh = (port = 22) =>
  ({ direction: "in", protocol: "tcp", from: port, to: port, peer: { cidr: "0.0.0.0/0" } }) as const;

export const byHand = (name: string, port = 22) => ({
  name,
  properties: {
    direction: "Outbound",
    access: "Allow",
    priority: 4_000,
    protocol: "Tcp",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "Internet",
    destinationPortRange: String(port),
  },
});
