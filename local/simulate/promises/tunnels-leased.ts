/** Of promise 2: tunnels and their keys are changed by who holds the link's lease, and by nobody else. */
import type { CallName } from "../../model/calls.ts";
import type { ProductPromise } from "./promise.ts";

const CHANGES: readonly CallName[] = [
  "tunnels.replace",
  "tunnel-keys.set",
  "tunnel-secret.write",
  "tunnel-secret.move",
  "hand.tunnels-reset",
  "hand.tunnel-key-set",
];

export const tunnelsLeased: ProductPromise = {
  name: "2: tunnels and their keys are changed under the link's lease alone",
  watch: ({ lease, clock }) => ({
    after: ({ name, run }) => {
      if (!CHANGES.includes(name)) return null;
      const { holder, until } = lease.stands;
      return holder === run.name && until > clock.now() ? null : `${name} is made without the lease`;
    },
  }),
};
