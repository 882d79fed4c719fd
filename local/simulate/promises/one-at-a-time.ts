/** Of promises 2 and 4: keys and tunnels are changed by one run at a time, which is who holds the link's lease. */
import type { ProductPromise } from "./promise.ts";

export const oneAtATime: ProductPromise = {
  name: "4: one run at a time changes keys",
  watch: (world) => {
    let held = world.lease.stands;
    return {
      before: () => {
        held = world.lease.stands;
      },
      after: ({ name }) =>
        name === "lease.acquire" && world.lease.stands.fence !== held.fence && held.until > world.clock.now()
          ? `${world.lease.stands.holder} was given the lease that ${held.holder} holds`
          : null,
    };
  },
};
