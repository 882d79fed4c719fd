/** Of promise 7: a freeze stops every write within a run, while telling goes on. */
import type { ProductPromise } from "./promise.ts";

/** Of any function of ours. */
const RUN_SECONDS = 300;
const WRITES =
  /^(vault\.(create-request|drop-request|merge)|authority\.issue|secret\.(write|move)|hand\.key-set|groups\.(open|rewrite|close)|tunnels\.replace|tunnel-keys\.set|tunnel-secret\.(write|move)|connections\.reset|connection-keys\.set)$/;

export const frozen: ProductPromise = {
  name: "7: nothing is written while the link is frozen",
  watch: ({ journal, clock }) => ({
    after: ({ name }) => {
      if (!WRITES.test(name)) return null;
      const { frozen, word } = journal.freeze.stands;
      if (!frozen || word === "unreadable") return null;
      return clock.now() > word.at + RUN_SECONDS ? `${name} has its effect in a freeze` : null;
    },
  }),
};
