/** Where the hand finds each bunny's copy of the trust bundle, and what is current beside it. */
import type { Place } from "../certificates/hand.ts";
import type { Link } from "../link/schema.ts";
import type { CopyStore } from "./copy-store.ts";
import type { TrustPlace } from "./hand.ts";

/** Of the bunnies that the link names alone. `certificates`: of all of them, by the certificates' names. */
export function placesOfBunnies(
  { bunnies }: Pick<Link, "bunnies">,
  stores: ReadonlyMap<string, CopyStore>,
  certificates: ReadonlyMap<string, Place>,
): ReadonlyMap<string, TrustPlace> {
  return new Map(
    bunnies.flatMap(({ name }) => {
      const store = stores.get(name);
      if (store === undefined) return [];
      const own = [...certificates].filter(([, { declared }]) => declared.holder === name);
      return [[name, { store, certificates: new Map(own) }] as const];
    }),
  );
}
