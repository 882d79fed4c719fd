/** Of promise 6: the log of the function that reads of callers says how many there were, and nothing of who they are. */
import type { ProductPromise } from "./promise.ts";

/** Of every network that a caller of the simulation has (callers.ts), in any spelling. */
const ADDRESS = /10\.10\.[17]\.\d|203\.0\.113\.|2001:db8:/i;

export const callersUnsaid: ProductPromise = {
  name: "6: no log says who called relay",
  watch: ({ callers: { logged } }) => ({
    now: () =>
      logged.length > 0 && ADDRESS.test(logged.splice(0).join("\n"))
        ? "the address of a caller stands in a log"
        : null,
  }),
};
