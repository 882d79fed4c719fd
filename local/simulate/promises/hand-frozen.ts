/** Of promise 7: once the hand has the word of a freeze, it changes no NSG any more. */
import type { Instant } from "../../../shared/runtime/instant.ts";
import { isHandFrozen } from "./flows-kept.ts";
import type { ProductPromise } from "./promise.ts";

const WRITES = /^(nsg\.(put|remove)|connections\.reset|connection-keys\.set)$/;
/** It asks right before each write, which may be slow. */
const WRITE_SECONDS = 30;

export const handFrozen: ProductPromise = {
  name: "7: the hand writes nothing once it knows of a freeze",
  watch(world) {
    let frozenSince: Instant | null = null;
    return {
      after: ({ name, target }) => {
        const now = world.clock.now();
        if (name === "rows.write" && target === "freeze")
          frozenSince = isHandFrozen(world) ? (frozenSince ?? now) : null;
        const isWrite = WRITES.test(name);
        return isWrite && frozenSince !== null && now > frozenSince + WRITE_SECONDS
          ? `${name} has its effect in a freeze`
          : null;
      },
    };
  },
};
