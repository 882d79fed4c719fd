/** Counts the calls that both halves make of the clouds while something is done. The workloads' own are left out. */
import type { Stack } from "../stack/stack.ts";

export interface Counted<T> {
  readonly total: number;
  /** By service and operation, in the order of their names. */
  readonly calls: Readonly<Record<string, number>>;
  readonly result: T;
}

export async function countDuring<T>(stack: Stack, act: () => Promise<T>): Promise<Counted<T>> {
  const before = { calls: stack.kernel.calls().length, hand: callsOfHand(stack) };
  const result = await act();
  const workloads = workloadPrincipals(stack);
  const operations = stack.kernel
    .calls()
    .slice(before.calls)
    .filter(({ caller }) => !workloads.has(caller))
    .map(({ operation }) => operation);
  const hand = new Array<string>(callsOfHand(stack) - before.hand).fill("function-app:Call");
  return { total: operations.length + hand.length, calls: countEach([...operations, ...hand]), result };
}

/** What relay and the bunnies are known by. */
function workloadPrincipals({ aws, graph }: Stack): Set<string> {
  const bunnies = graph.federatedCredentials.flatMap(({ principalId, clientId }) => [principalId, clientId]);
  return new Set([aws.relayRoleArn, aws.peopleRoleArn, ...bunnies]);
}

/** The Function App is no stand-in, so it keeps no record of its calls; each crosses the wire as two messages. */
function callsOfHand({ tap, graph }: Stack): number {
  const messages = tap
    .report()
    .traffic.filter(({ to }) => to === graph.functionApp.hostName)
    .reduce((sum, traffic) => sum + traffic.messages, 0);
  return messages / 2;
}

/** By name, in their order. */
export function countEach(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names.toSorted()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
