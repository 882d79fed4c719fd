/**
 * What keeping the allowlists takes: the calls of a sweep and of both events' own ways, and how long it is from an event
 * to the write that puts right what it tells of. Stand-ins are calm, and no schedule runs.
 */
import path from "node:path";
import * as z from "zod";
import { ssoUser } from "../aws/ec2/security-groups/people.ts";
import { user } from "../azure/arm/nsg/caller.ts";
import { azurePerson } from "../azure/arm/nsg/person.ts";
import { until } from "../demo/chapter.ts";
import { ec2Calls, firstWrite, namesOf, nsgCalls, nsgOf, portsOf } from "../demo/groups.ts";
import { RELAY } from "../stack/allowlists-link.ts";
import type { RunningFunction } from "../stack/lambdas.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import type { Call } from "../stand-in/kernel.ts";
import type { RunCalls } from "./calls.ts";
import { countDuring, countEach } from "./count.ts";
import { type Samples, summarize } from "./samples.ts";

export interface AllowlistFigures {
  readonly runs: readonly RunCalls[];
  /** To the answer of the one write that heals. */
  readonly securityGroup: Samples;
  readonly networkSecurityGroup: Samples;
}

const LINK_FILE = path.join(import.meta.dirname, "..", "stack", "allowlists-link.ts");
/** Of what Azure takes to end a write. */
const SPEED = 60;
const ROUNDS = 15;
/** One of its own each time: the same one again and again is a revert war. */
const PORT = 2_000;

export async function measureAllowlists(): Promise<AllowlistFigures> {
  const stack = await startStack({ linkFile: LINK_FILE, seed: 0, calm: true, speed: SPEED });
  try {
    await acceptAll(stack);
    const runs = [
      await countRun(stack, "sweep of 2 security groups and an NSG", {}),
      await countRun(stack, "each minute's run", { run: "tend" }),
      await countEvent(stack, "a security group's event", openInAws),
      await countEvent(stack, "an NSG's event", openInAzure),
    ];
    const securityGroup: number[] = [];
    const networkSecurityGroup: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      securityGroup.push(await openInAws(stack, PORT + round));
      networkSecurityGroup.push(await openInAzure(stack, PORT + round));
    }
    return {
      runs,
      securityGroup: summarize(securityGroup),
      networkSecurityGroup: summarize(networkSecurityGroup),
    };
  } finally {
    await stack.close();
  }
}

const Plan = z.object({ groups: z.array(z.looseObject({ group: z.string(), wish: z.string() })) });

async function acceptAll(stack: Stack): Promise<void> {
  const planned = await run(stack, { run: "plan" });
  for (const { group, wish } of Plan.parse(planned).groups) await run(stack, { run: "accept", group, wish });
}

async function run(stack: Stack, event: object): Promise<unknown> {
  const result = await healer(stack).invoke(event);
  if (!result.ok) throw new Error(`${JSON.stringify(event)}: ${result.errorType}: ${result.errorMessage}`);
  return result.payload;
}

async function countRun(stack: Stack, name: string, event: object): Promise<RunCalls> {
  const { total, calls } = await countDuring(stack, () => run(stack, event));
  return { run: name, total, calls };
}

/** Of the one function that hears of it; what tells people of it afterwards is another one's. */
async function countEvent(stack: Stack, name: string, open: typeof openInAws): Promise<RunCalls> {
  const isInAws = open === openInAws;
  const caller = isInAws ? healer(stack).deployed.role.arn : stack.graph.functionApp.principalId;
  const [from, ended, noted] = [stack.kernel.calls().length, healer(stack).results.length, notes(stack)];
  await open(stack, PORT);
  // What is remembered of it comes after the write.
  await until("the run has ended", () =>
    isInAws ? healer(stack).results.length > ended : notes(stack) > noted,
  );
  const own = stack.kernel
    .calls()
    .slice(from)
    .filter((call) => call.caller === caller);
  const calls = countEach(own.map(({ operation }) => operation));
  return { run: name, total: own.length, calls };
}

const notes = ({ kernel }: Stack): number => kernel.calls("tables:InsertEntity").length;

/** Milliseconds from the person's call, of which AWS tells at once here. */
async function openInAws(stack: Stack, port: number): Promise<number> {
  const { aws, graph, kernel } = stack;
  const bob = aws.securityGroups.console(ssoUser(graph.accountId, "NetworkAdmin", "bob@example.com"));
  const [from, openedAt] = [kernel.calls().length, Date.now()];
  const peer = { cidr: "0.0.0.0/0" };
  bob.open(RELAY, [{ direction: "in", protocol: "tcp", from: port, to: port, peer }]);
  await until("the port is closed", () => !portsOf(stack, RELAY).includes(`in ${port}`));
  return writtenAt(ec2Calls(stack, from)) - openedAt;
}

/** Milliseconds from the delivery of the event, which comes when Azure has ended the person's write. */
async function openInAzure(stack: Stack, port: number): Promise<number> {
  const { azure, kernel } = stack;
  const nsg = nsgOf(stack);
  const caller = user({
    ...{ objectId: "alice", upn: "alice@example.com", name: "Alice", application: "portal" },
  });
  const [from, told] = [kernel.calls().length, Promise.withResolvers<number>()];
  azure.nsgs.onEvent(() => told.resolve(Date.now()));
  await azurePerson(azure.nsgs, caller).putRule(nsg, outbound(port));
  await until("the port is closed", () => !namesOf(stack, nsg).includes(`by-hand-${port}`));
  return writtenAt(nsgCalls(stack, from)) - (await told.promise);
}

const writtenAt = (calls: readonly Call[]): number => {
  const write = firstWrite(calls);
  if (write === undefined) throw new Error("nothing was written");
  return write.atMs;
};

const outbound = (port: number) => ({
  name: `by-hand-${port}`,
  properties: {
    ...{ direction: "Outbound", access: "Allow", priority: 4_000, protocol: "Tcp" },
    ...{ sourceAddressPrefix: "*", sourcePortRange: "*" },
    ...{ destinationAddressPrefix: "Internet", destinationPortRange: String(port) },
  },
});

function healer({ functions }: Stack): RunningFunction {
  const found = [...functions.values()].find(({ deployed }) => deployed.logicalName === "HealAllowlists");
  if (found === undefined) throw new Error("the deployment has no HealAllowlists");
  return found;
}
