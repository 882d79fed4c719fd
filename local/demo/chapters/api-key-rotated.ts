import type { Stack } from "../../stack/stack.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { isUsed, keyInVault, labelledKey, replicasWith } from "../keys.ts";
import { POLL_KEY } from "../link.ts";
import { startLoad } from "../load.ts";
import { protagonists, relayLines } from "../look.ts";
import { askForKey } from "../operator.ts";

export const apiKeyRotated: Chapter = {
  name: "an API key is rotated under load, and relay refuses no call",
  async run(stack) {
    const { bunny } = protagonists(stack);
    const old = labelledKey(stack, POLL_KEY, "AWSCURRENT")?.id;
    check(old !== undefined && isUsed(stack, old), "bunny comes with the key that is to be replaced");
    const before = bunny.worker.counts();
    const refusedBefore = refusals(stack);
    const load = await startLoad(stack);
    try {
      await askForKey(stack, POLL_KEY);
      const id = await until("bunny's vault has another key", () => other(keyInVault(stack, POLL_KEY), old));
      const loaded = [...replicasWith(stack, id).values()].filter((has) => has).length;
      check(loaded === replicasWith(stack, id).size, "every replica of relay had loaded it before");
      await until("relay's log shows that bunny comes with it", () => isUsed(stack, id));
      await until("it is the current one", () => labelledKey(stack, POLL_KEY, "AWSCURRENT")?.id === id);
      check(labelledKey(stack, POLL_KEY, "AWSPREVIOUS")?.id === old, "the old one is accepted in its grace");
      const jobs = await load.stop();
      await until("no job is left behind", () => bunny.worker.counts().results >= before.results + jobs);
      const after = bunny.worker.counts();
      const refused = refusals(stack) - refusedBefore;
      check(refused === 0, `relay refused no call for its key, not ${refused}`);
      check(after.failedPolls === before.failedPolls, "no poll failed");
      check(after.failedJobs === before.failedJobs, "no job failed");
      return {
        ...{ oldKey: old, newKey: id, replicasThatHadLoadedIt: loaded, refusedCalls: refused },
        calls: after.polls - before.polls + after.results - before.results,
        jobs,
      };
    } finally {
      await load.stop();
    }
  },
};

const other = (id: string | undefined, than: string) => (id === than ? undefined : id);

/** For an API key, whatever was wrong with it. */
const refusals = (stack: Stack): number =>
  relayLines(stack).filter((line) => line.event === "client.refused" && line.reason.startsWith("api-key"))
    .length;
