/** How an API key gets on in the model (api-keys.ts): time goes by, the brain looks, and in the end all is in order. */
import { KeyWorld, type KeyWorldOptions } from "./api-keys.ts";

/** So many seconds, with a look of the brain every so often. */
export async function live(world: KeyWorld, seconds: number, lookEverySeconds = 60): Promise<void> {
  const until = world.now + seconds;
  let lookAt = world.now;
  while (world.now < until) {
    if (world.now >= lookAt) {
      lookAt = world.now + lookEverySeconds;
      await world.look();
    }
    world.tick();
  }
}

/** The first key is made, pushed and used by two pods. */
export async function servedWorld(options: KeyWorldOptions = {}): Promise<KeyWorld> {
  const world = new KeyWorld(options);
  await live(world, 300);
  for (const name of ["bunny-0", "bunny-1"]) world.addPod(name);
  await live(world, 300);
  return world;
}

/** Why the world is not in order; empty when it is. */
export function faultsOf(world: KeyWorld): string[] {
  const { current, pending, previous } = world.secret.labelsOf(world.secret.placed);
  const keyId = current?.key?.id;
  const faults = [
    keyId === undefined ? "no current key" : "",
    pending !== null && pending.versionId !== current?.versionId ? "a key is pending" : "",
    previous?.key != null && previous.key.id !== keyId ? "a key is previous" : "",
    world.vault.newest?.holds !== keyId ? "the vault has another key" : "",
    world.vault.newest?.enabled === false ? "the vault's key is disabled" : "",
    world.pods.some(({ file, working }) => file !== keyId || working !== keyId)
      ? "a pod has another key"
      : "",
  ];
  return faults.filter((fault) => fault !== "");
}
