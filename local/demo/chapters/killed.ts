import { type Chapter, check, until } from "../chapter.ts";
import { acceptedSerials, protagonists, signedForBunny, versions } from "../look.ts";

export const killed: Chapter = {
  name: "a Lambda killed between issue and merge is healed by the next run",
  async run(stack) {
    const { renew, bunny } = protagonists(stack);
    const before = {
      signed: signedForBunny(stack).length,
      polls: bunny.worker.counts(),
    };
    let kills = 0;
    // The moment after the CA has signed, and before the function can have heard of it.
    const remove = stack.kernel.faults.add({
      operation: "acm-pca:IssueCertificate",
      // Not relay's own certificate, which another function renews.
      caller: renew.deployed.role.arn,
      nth: 1,
      when: "after",
      effect: {
        kind: "run",
        action: () => {
          kills += 1;
          renew.lambda.kill();
        },
      },
    });
    try {
      const issued = await until("the renewal begins", () => signedForBunny(stack)[before.signed]);
      await until("the function is killed", () => kills === 1);
      const findMerged = () => versions(stack).find(({ serial }) => issued.serial.endsWith(serial));
      check(findMerged() === undefined, "it was not merged when the function died");
      const merged = await until("a later run merges what was issued before the kill", findMerged);
      check(signedForBunny(stack).length === before.signed + 1, "the CA signed once");
      await until("relay accepts it", () => acceptedSerials(stack).includes(merged.serial));
      check(bunny.worker.counts().failedPolls === before.polls.failedPolls, "no poll failed meanwhile");
      return { kills, serial: merged.serial, signatures: 1, failedPolls: 0 };
    } finally {
      remove();
    }
  },
};
