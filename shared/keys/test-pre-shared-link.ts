/** A calm link over the model, and looks at it a minute apart, for tests. */
import { modelRotator } from "../../local/model/pre-shared-clouds.ts";
import { watchPromises } from "../../local/model/pre-shared-promises.ts";
import { type KeysWorld, newLink, pass } from "../../local/model/pre-shared-world.ts";
import { randomFrom } from "../../local/model/weather.ts";
import { type KeysLook, type Rotator, rotatePreSharedKeys } from "./pre-shared-rotate.ts";
import type { PreSharedPolicy } from "./pre-shared-schema.ts";
import { preSharedStepText } from "./pre-shared-words.ts";

export const HOUR = 3_600;
export const policy: PreSharedPolicy = {
  rotateEverySeconds: 1_000 * HOUR,
  steadySeconds: 900,
  settleSeconds: 300,
  pauseSeconds: 24 * HOUR,
  window: null,
};

export function calm(tunnels = 2, changes: Partial<KeysWorld["physics"]> = {}): KeysWorld {
  const world = newLink(tunnels, {
    random: randomFrom(7),
    azureNegotiatesAtOnce: true,
    awsShowsKeyAtOnce: false,
    ignoredShare: 0,
    failShare: 0,
    azureLagSeconds: 60,
    awsLagSeconds: 20,
    ...changes,
  });
  watchPromises(world);
  return world;
}

export const look = (world: KeysWorld, changes: Partial<Rotator> = {}) =>
  rotatePreSharedKeys({ ...modelRotator(world, policy), ...changes });

/** A look each minute; the answer is what was done, in words. */
export async function lookFor(world: KeysWorld, seconds: number, each: (seen: KeysLook) => void = () => {}) {
  const done: string[] = [];
  for (const end = world.now + seconds; world.now < end; pass(world, 60)) {
    const seen = await look(world);
    each(seen);
    if (seen.outcome === "done" && seen.plan.step !== null) done.push(preSharedStepText(seen.plan.step));
  }
  return done;
}
