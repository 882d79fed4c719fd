import { X509Certificate } from "node:crypto";
import { subjectOf } from "../../../shared/certificates/identity.ts";
import { requestByHand } from "../../azure/key-vault/person.ts";
import { type Chapter, check, until } from "../chapter.ts";
import { brainRecords, protagonists, signedForBunny } from "../look.ts";

const FOREIGN_NAME = "admin.example.com";

export const foreignCsr: Chapter = {
  name: "a request for somebody else's name is never signed",
  async run(stack) {
    const { vault, certificate } = protagonists(stack);
    const { identity } = certificate;
    const held = vault.certificates.get(certificate.name);
    check(held !== undefined, "the vault has bunny's certificate");
    await until("no renewal is under way", () => held.pending?.status !== "inProgress");
    const foreign = await requestByHand(vault, certificate.name, {
      subject: subjectOf(identity),
      dnsNames: [...identity.dnsNames, FOREIGN_NAME],
    });
    const decision = await until("a run decides to drop the request", () =>
      brainRecords(stack).find(({ change }) => change?.requestId === foreign.requestId),
    );
    const reasons = decision.change?.reasons ?? [];
    check(decision.change?.kind === "drop-request", "the decision is to drop it");
    check(reasons.includes("other-dns-names"), `the reason is its names, not ${reasons.join(", ")}`);
    await until("the request is gone from the vault", () => held.pending?.requestId !== foreign.requestId);
    check(
      held.versions.every(({ key }) => key !== foreign.key),
      "its key never got a certificate",
    );
    const names = signedForBunny(stack).map(
      ({ certificatePem }) => new X509Certificate(certificatePem).subjectAltName ?? "",
    );
    check(
      names.length > 0 && names.every((name) => !name.includes(FOREIGN_NAME)),
      "the CA never signed that name",
    );
    return { foreignName: FOREIGN_NAME, decision: decision.change.kind, reasons: reasons.join(", ") };
  },
};
