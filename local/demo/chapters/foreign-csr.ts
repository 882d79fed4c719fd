import { createHash } from "node:crypto";
import { requestByHand } from "../../azure/key-vault/person.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { protagonists, signedForBunny, versions } from "../look.ts";

const FOREIGN_NAME = "admin.example.com";

export const foreignCsr: Chapter = {
  name: "a request for somebody else's name is never signed",
  async run(stack) {
    const { vault, certificate } = protagonists(stack);
    const { commonName, dnsNames } = certificate.identity;
    const held = vault.certificates.get(certificate.name);
    check(held !== undefined && held.pending?.status !== "inProgress", "no renewal is under way yet");
    const foreign = await requestByHand(vault, certificate.name, {
      subject: `CN=${commonName}`,
      dnsNames: [...dnsNames, FOREIGN_NAME],
    });
    const digest = createHash("sha256").update(foreign.csr).digest("hex");
    const signaturesBefore = signedForBunny(stack).length;
    const versionsBefore = versions(stack).length;
    await until(
      "the next run drops the request",
      () => held.pending?.requestId !== foreign.requestId || held.pending?.status !== "inProgress",
    );
    check(
      held.versions.every(({ key }) => key !== foreign.key),
      "its key never got a certificate",
    );
    const signed = signedForBunny(stack).slice(signaturesBefore);
    check(
      signed.every(({ certificatePem }) => !certificatePem.includes(FOREIGN_NAME)),
      "the CA never signed that name",
    );
    return {
      foreignName: FOREIGN_NAME,
      csrDigest: digest.slice(0, 16),
      newVersionsMeanwhile: versions(stack).length - versionsBefore,
    };
  },
};
