import { type Chapter, check, until } from "../chapter.ts";
import { acceptedSerials, protagonists, signedForBunny, versions } from "../look.ts";

export const firstIssue: Chapter = {
  name: "the first certificate is requested, signed, merged and used",
  async run(stack) {
    check(versions(stack).length === 0, "the vault begins without a certificate");
    stack.begin();
    const first = await until("the schedule gets bunny a certificate", () => versions(stack)[0]);
    const [signed] = signedForBunny(stack);
    check(
      signed?.serial.endsWith(first.serial) === true,
      "the first that the CA has signed is what the vault holds",
    );
    // It may be renewed before bunny has its API keys too, without which it does not call.
    const used = await until("relay's log shows a certificate accepted", () =>
      versions(stack).find(({ serial }) => acceptedSerials(stack).includes(serial)),
    );
    const { bunny } = protagonists(stack);
    check(bunny.worker.counts().certificatesUsed.includes(used.serial), "bunny uses that certificate");
    return { firstSerial: first.serial, usedSerial: used.serial };
  },
};
