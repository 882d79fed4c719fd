/**
 * Of promise 7: a run writes only over what it has seen. What somebody else, a person or another run, has put there since
 * is somebody else's: then the run changes nothing, and the next one looks again.
 */
import type { CallName } from "../../model/calls.ts";
import { API_KEY } from "../link.ts";
import type { Run } from "../runs.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

/** What is read and then written, and which version of it there is. */
interface Place {
  readonly what: string;
  readonly read: CallName;
  readonly write: CallName;
  readonly version: (world: World) => unknown;
}

const PLACES: readonly Place[] = [
  {
    what: "what is remembered of the tunnels",
    read: "memory.read",
    write: "memory.write",
    version: ({ tunnels }) => tunnels.tables.memory,
  },
  {
    what: "what is remembered of the tunnels' keys",
    read: "pre-shared.read",
    write: "pre-shared.write",
    version: ({ tunnels }) => tunnels.tables.keyMemory,
  },
  {
    what: "bunny's API key",
    read: "hand.key-observe",
    write: "hand.key-set",
    version: ({ keyVault }) => keyVault.versions.length,
  },
  {
    what: "what is remembered of a key",
    read: "keys.read",
    write: "keys.keep",
    version: ({ keysTable }) => keysTable.kept.get(API_KEY.desired.name)?.version ?? 0,
  },
  {
    what: "what is remembered of the groups",
    read: "allowlist-memory.read",
    write: "allowlist-memory.write",
    // Each write makes another one, whatever number it says.
    version: ({ allowlists }) => allowlists.memory.stands,
  },
  {
    what: "what is remembered of refused callers",
    read: "auth-memory.read",
    write: "auth-memory.write",
    version: ({ callers }) => callers.memory.stands,
  },
];

export const nothingUnseen: ProductPromise = {
  name: "7: nothing is written over that its run has not seen",
  watch(world) {
    const watches = PLACES.map((place) => watchPlace(world, place));
    return {
      before: ({ name }) => {
        for (const { before } of watches) before(name);
      },
      after: ({ name, run }) => {
        for (const { after } of watches) {
          const what = after(name, run);
          if (what !== null) return what;
        }
        return null;
      },
    };
  },
};

function watchPlace(world: World, { what, read, write, version }: Place) {
  const seen = new WeakMap<Run, unknown>();
  let stood: unknown;
  return {
    before(name: CallName): void {
      if (name === write) stood = version(world);
    },
    after(name: CallName, run: Run): string | null {
      if (name === read) seen.set(run, version(world));
      if (name !== write || version(world) === stood) return null;
      const known = seen.get(run);
      seen.set(run, version(world));
      return known === stood ? null : `${name} is of ${what} that its run has not seen`;
    },
  };
}
