/** What the two halves ask of the clouds, by the record that the stand-ins keep. */
import type { Stack } from "../stack/stack.ts";
import type { Call } from "../stand-in/kernel.ts";

/** Their own table in each cloud, and the link's bus: what they remember and tell, and no part of the link. */
const OWN = /^(dynamodb|tables|events):/;

/** From the nth call on that any stand-in got; workloads, people and AWS's own services are left out. */
export function callsOfHalves({ kernel, functions, graph }: Stack, from: number): Call[] {
  const brain = [...functions.values()].map(({ deployed }) => deployed.role.arn);
  const halves = new Set([...brain, graph.functionApp.principalId]);
  return kernel
    .calls()
    .slice(from)
    .filter(({ caller }) => halves.has(caller));
}

/** Whether they succeeded or not. */
export const writesAmong = (calls: readonly Call[]): Call[] =>
  calls.filter(({ operation, mutates }) => mutates && !OWN.test(operation));

export const readsAmong = (calls: readonly Call[]): Call[] => calls.filter(({ mutates }) => !mutates);

/** A run that failed to its last attempt leaves one, as it should; here the operator reads them and lets them go. */
export function readDeadLetters({ graph, events }: Stack): number {
  return graph.queues.flatMap(({ arn }) => [...events.queues.empty(arn)]).length;
}
