/**
 * The crash matrix: every call of a clean run that changed a cloud, as the stand-ins saw it, times before and after
 * its effect, times who dies at that moment. Which calls change something stands beside the operations themselves
 * (`mutates` in each stand-in's table), so that a call which is new in the product is covered by being made.
 */
import type { Call } from "../stand-in/kernel.ts";
import { ConnectionLost } from "../stand-in/operations.ts";
import type { Scene } from "./scene.ts";

export type Victim = "Lambda" | "Function";

export interface Place {
  readonly operation: string;
  readonly caller: string;
  /** The how many-th such call of this caller in the run, from 1. */
  readonly nth: number;
}

export interface Death extends Place {
  readonly when: "before" | "after";
  readonly victim: Victim;
}

const callerOf = ({ stack, renew }: Scene, half: Victim): string =>
  half === "Lambda" ? renew.deployed.role.arn : stack.graph.functionApp.principalId;

/** The changing calls that the two halves made while `run` ran. */
export async function recordChanges(scene: Scene, run: () => Promise<unknown>): Promise<Place[]> {
  const halves = [callerOf(scene, "Lambda"), callerOf(scene, "Function")];
  const { kernel } = scene.stack;
  const before = kernel.calls().length;
  await run();
  const calls = kernel.calls().slice(before);
  return numbered(calls.filter(({ caller, mutates }) => mutates && halves.includes(caller)));
}

function numbered(calls: readonly Call[]): Place[] {
  const seen = new Map<string, number>();
  return calls.map(({ operation, caller }) => {
    const nth = (seen.get(`${operation} ${caller}`) ?? 0) + 1;
    seen.set(`${operation} ${caller}`, nth);
    return { operation, caller, nth };
  });
}

export function deathsAt(places: readonly Place[]): Death[] {
  return places.flatMap((place) =>
    (["before", "after"] as const).flatMap((when) =>
      (["Lambda", "Function"] as const).map((victim) => ({ ...place, when, victim })),
    ),
  );
}

export const nameOf = ({ operation, nth, when, victim }: Death): string =>
  `${victim} killed ${when} ${operation} no. ${nth}`;

/** Runs once and kills at that moment. Returns how often the moment came, and how the run ended. */
export async function runAndDie(scene: Scene, { victim, ...place }: Death) {
  const { stack, renew } = scene;
  let struck = 0;
  const action = async () => {
    struck += 1;
    if (victim === "Lambda") renew.lambda.kill();
    else await stack.azure.functionApp.kill();
    // A call of the one who died before it was made is never made; a call of the other goes on.
    if (place.when === "before" && callerOf(scene, victim) === place.caller)
      throw new ConnectionLost(`the ${victim} was killed before its call`);
  };
  const remove = stack.kernel.faults.add({ ...place, effect: { kind: "run", action } });
  try {
    return { result: await renew.invoke({}), struck };
  } finally {
    remove();
  }
}
