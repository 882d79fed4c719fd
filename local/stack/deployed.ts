/** One function of a running stack, by the name that the deployment's code has for it; throws where there is none. */
import type { RunningFunction } from "./lambdas.ts";
import type { Stack } from "./stack.ts";

export function deployed({ functions }: Pick<Stack, "functions">, logicalName: string): RunningFunction {
  const found = [...functions.values()].find((one) => one.deployed.logicalName === logicalName);
  if (found === undefined) throw new Error(`the deployment has no ${logicalName}`);
  return found;
}
