import { type Chapter, check, until } from "../chapter.ts";
import { acceptedSerials, protagonists, signedForBunny, versions } from "../look.ts";

export const firstIssue: Chapter = {
  name: "the first certificate is requested, signed, merged and used",
  async run(stack) {
    check(versions(stack).length === 0, "the vault begins without a certificate");
    stack.begin();
    const version = await until("the schedule gets bunny a certificate", () => versions(stack)[0]);
    await until("relay's log shows the certificate accepted", () =>
      acceptedSerials(stack).includes(version.serial),
    );
    const signed = signedForBunny(stack);
    check(
      signed.length === 1 && signed[0]?.serial.endsWith(version.serial) === true,
      "the CA signed exactly what the vault holds",
    );
    const { bunny } = protagonists(stack);
    check(bunny.worker.counts().certificatesUsed.includes(version.serial), "bunny uses that certificate");
    return { serial: version.serial, signatures: signed.length };
  },
};
