/** The groups of rules that people change in the demo, what they look like, and who has put them right. */
import { allowlistsOf } from "../../shared/allowlists/desired.ts";
import { DEPLOYED } from "../../shared/runtime/deployed-names.ts";
import type { NewRule } from "../aws/ec2/security-groups/nouns.ts";
import type { Stack } from "../stack/stack.ts";
import type { Call } from "../stand-in/kernel.ts";
import { check } from "./chapter.ts";

/** What anybody may do who opens a port in a hurry. */
export const SSH: NewRule = {
  ...{ direction: "in", protocol: "tcp", from: 22, to: 22 },
  peer: { cidr: "0.0.0.0/0" },
};

/** The truth about a security group, in short: `in 443`. */
export const portsOf = ({ aws }: Stack, group: string): string[] =>
  aws.securityGroups.rules(group).map(({ direction, value }) => `${direction} ${value.fromPort}`);

/** When the link's one exception ends. */
export function exceptionEndMs({ link }: Stack): number {
  const [exception] = allowlistsOf(link).groups.flatMap(({ exceptions }) => exceptions);
  check(exception !== undefined, "the link has an exception");
  return exception.until * 1_000;
}

/** The resource id of the link's network security group. */
export function nsgOf({ azure }: Stack): string {
  const [group] = azure.nsgs.all();
  check(group !== undefined, "the link has a network security group");
  return group.id;
}

export const namesOf = ({ azure }: Stack, nsg: string): string[] =>
  azure.nsgs.rules(nsg).map(({ name }) => name);

/** What the function that heals asks of EC2 from the nth call of any stand-in on; the hand's, of the NSG. */
export const ec2Calls = (stack: Stack, from: number): Call[] =>
  callsBy(stack, healerRole(stack), from, /^ec2:/);
export const nsgCalls = (stack: Stack, from: number): Call[] =>
  callsBy(stack, stack.graph.functionApp.principalId, from, /^network:.*(SecurityGroup|SecurityRule)/);

const callsBy = ({ kernel }: Stack, caller: string, from: number, operation: RegExp): Call[] =>
  kernel
    .calls()
    .slice(from)
    .filter((call) => call.caller === caller && operation.test(call.operation));

function healerRole({ graph }: Stack): string {
  const healer = graph.functions.find(({ name }) => name.endsWith(`-${DEPLOYED.healAllowlists}`));
  check(healer !== undefined, "the deployment has a function for the link's groups of rules");
  return healer.role.arn;
}

/** The first of them that changed something, as it was done. */
export const firstWrite = (calls: readonly Call[]): Call | undefined =>
  calls.find(({ mutates, outcome }) => mutates && outcome === "ok");

export const secondsBetween = (fromMs: number, toMs: number): number =>
  Math.round((toMs - fromMs) / 100) / 10;
