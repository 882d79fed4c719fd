/** 4. relay always accepts an API key that bunny holds. */
import type { Step } from "../calls.ts";
import type { Pod } from "../workloads.ts";
import type { World } from "../world.ts";
import { isAccepted } from "./certificate-accepted.ts";
import type { ProductPromise } from "./promise.ts";

export const keyAccepted: ProductPromise = {
  name: "4: relay always accepts an API key that bunny holds",
  watch(world) {
    let servedBefore = 0;
    const behind = new Set<Pod>();
    return {
      before: ({ name }) => {
        if (name.startsWith("secret.")) servedBefore = served(world);
      },
      after: (step) => {
        if (step.name.startsWith("secret.") && served(world) < servedBefore)
          return `${step.name} takes a key away that a pod needs`;
        return pushed(world, step);
      },
      now: () => refused(world, behind),
    };
  },
};

/** By the labels, and so by relay once it has looked. */
function served(world: World): number {
  const { keySecret } = world;
  const accepted = keySecret.acceptedBy(keySecret.placed);
  return comers(world).filter(({ key }) => key.holds.some((keyId) => accepted.includes(keyId))).length;
}

/** Who has no certificate any more with which relay lets it in uses no key either: nobody can know that it needs one. */
const comers = (world: World): Pod[] =>
  world.pods.filter(({ holds }) => holds.length === 0 || holds.some((held) => isAccepted(world, held)));

function pushed({ keyVault, replicas, meddledAt }: World, { name }: Step): string | null {
  const { mounted } = keyVault;
  if (name !== "hand.key-set" || mounted === undefined || meddledAt !== null) return null;
  const behind = replicas.filter((replica) => replica.ready && !replica.accepts(mounted));
  return behind.length === 0 ? null : `a key is pushed that ${behind.length} replicas have not loaded`;
}

/**
 * Whichever of its keys a pod is left with. One that could not come for its certificate may be `behind` when it can again:
 * until it has changed over, one of its keys is enough.
 */
function refused(world: World, behind: Set<Pod>): string | null {
  const { replicas, pods, meddledAt } = world;
  if (meddledAt !== null) return null;
  const come = comers(world);
  for (const pod of pods) if (!come.includes(pod)) behind.add(pod);
  const ready = replicas.filter((replica) => replica.ready);
  for (const pod of come) {
    const { name, holds } = pod.key;
    const refusals = holds.map((keyId) => ready.find((replica) => !replica.accepts(keyId)));
    const replica = refusals.find((one) => one !== undefined);
    if (replica === undefined) behind.delete(pod);
    else if (!behind.has(pod) || !refusals.includes(undefined))
      return `${replica.name} does not accept what ${name} holds`;
  }
  return null;
}
