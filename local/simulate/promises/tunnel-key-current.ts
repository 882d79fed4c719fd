/** Of promise 2: the key that is stored as current is one that the tunnel can be up with. */
import { parsePreSharedKey } from "../../../shared/keys/pre-shared-key.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

/** Between what was read of the ends and the promotion are the calls of two looks. */
const UNSEEN_SECONDS = 180;

export const tunnelKeyCurrent: ProductPromise = {
  name: "2: a new key becomes a tunnel's current one once both ends have it",
  watch(world) {
    let before: string | null = null;
    return {
      before: ({ name, target }) => {
        before = name === "tunnel-secret.move" ? (currentOf(world, target)?.key.unwrap() ?? null) : null;
      },
      after: ({ name, target }) => {
        if (name !== "tunnel-secret.move" || before === null) return null;
        const current = currentOf(world, target);
        const key = current?.key.unwrap();
        if (current === null || key === before || current.origin !== "made") return null;
        const { awsKey, azureKey, differBy, differAt } = world.tunnels.model.named(target);
        const isLate = differBy === "others" && world.clock.now() - differAt < UNSEEN_SECONDS;
        return (key === awsKey && key === azureKey) || isLate
          ? null
          : `a key becomes current that not both ends of ${target} have`;
      },
    };
  },
};

function currentOf({ tunnels }: World, tunnel: string) {
  const secret = tunnels.secrets.get(tunnel);
  const value = secret?.versions.get(secret.labels.get("AWSCURRENT") ?? "")?.value;
  return parsePreSharedKey(tunnel, value === undefined ? null : new Secret(value));
}
