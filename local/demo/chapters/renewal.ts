import type { Stack } from "../../stack/stack.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { startLoad } from "../load.ts";
import { acceptedSerials, protagonists, relayLines, versions } from "../look.ts";

export const renewal: Chapter = {
  name: "the certificate is renewed under load, and no poll fails",
  async run(stack) {
    const { bunny } = protagonists(stack);
    const old = versions(stack).at(-1);
    check(old !== undefined, "there is a certificate to renew");
    const before = bunny.worker.counts();
    const load = await startLoad(stack);
    try {
      const renewed = await until("a new version is merged", () =>
        versions(stack).find(({ version }) => version !== old.version && isLater(stack, version)),
      );
      const leadMs = old.notAfterMs - Date.now();
      check(leadMs > 0, "the old certificate had not ended");
      await until("relay's log shows the new serial", () => acceptedSerials(stack).includes(renewed.serial));
      await until(
        "jobs come back with the new certificate in use",
        () => bunny.worker.counts().results > before.results + 50,
      );
      const jobs = await load.stop();
      await until("no job is left behind", () => bunny.worker.counts().results >= before.results + jobs);
      const after = bunny.worker.counts();
      check(
        after.failedPolls === before.failedPolls && after.failedTrials === before.failedTrials,
        "no poll failed",
      );
      const refused = relayLines(stack).filter((line) => line.event === "client.refused");
      check(refused.length === 0, "relay refused nobody");
      return {
        oldSerial: old.serial,
        newSerial: renewed.serial,
        seenInRelaysLog: true,
        secondsBeforeTheEnd: Math.round(leadMs / 1000),
        polls: after.polls - before.polls,
        failedPolls: after.failedPolls - before.failedPolls,
        jobs,
      };
    } finally {
      await load.stop();
    }
  },
};

function isLater(stack: Stack, version: string): boolean {
  return versions(stack).at(-1)?.version === version;
}
