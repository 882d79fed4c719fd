/** A certificate whose merge nobody has written down is no orphan, and an orphan is nobody's obstacle. */
import { describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";
import { type CertificateInput, linkOf } from "../../local/model/link.ts";
import { newestOf, ordersOf, revokedBy, use, WEEK } from "../../local/model/revoking.ts";
import { makeCsr, publicKeyOf } from "../../local/testing/certificates.ts";
import type { Brain } from "./brain.ts";
import { renewCertificates } from "./renew.ts";
import { ORPHAN_REST_SECONDS } from "./revocation.ts";

const DAY = 86_400;
const IDENTITY = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["bunny.example.com"],
};
const generalPurpose = (changes: Partial<CertificateInput> = {}) =>
  linkOf({ bunny: [changes] }, { certificateAuthority: { commonName: "Test CA", mode: "general-purpose" } });

const mergesOf = (model: Model) =>
  model.audit.changes.filter(({ kind }) => kind === "merge").map(({ after }) => after?.["serial"]);

/** A run dies after the merge and before any note of it. The bunny works with what was merged. */
async function mergedUnnoted(changes: Partial<CertificateInput> = {}) {
  const link = generalPurpose(changes);
  const clean = await createModel({ link });
  await clean.run();
  const at = clean.calls.brain.findIndex(({ name }) => name === "hand.merge");
  const model = await createModel({ link });
  model.calls.dieAt({ at, when: "after" });
  await model.run().catch(() => undefined);
  model.calls.forget();
  return { model, working: newestOf(model) };
}

/** A person puts a certificate of the link's CA into the vault, which is right in everything. */
async function importByHand(model: Model): Promise<void> {
  const { der } = await makeCsr(IDENTITY);
  const notAfter = model.clock.now() + WEEK;
  const leaf = await model.authority.signByHand(IDENTITY, publicKeyOf(der), notAfter);
  model.vault.importByHand("bunny-client", leaf);
}

const PROOFS = [
  ["observed", { proof: "observed" }],
  ["a time that passes", { proof: { after: "1 hour" } }],
  ["left to a person", { proof: "manual" }],
] as const;

describe("renewCertificates, with a merge that nobody wrote down", () => {
  it.each(PROOFS)("writes it down in the next run, where the proof is %s", async (_proof, changes) => {
    const { model, working } = await mergedUnnoted(changes);
    expect(mergesOf(model)).toEqual([]);
    expect((await model.run()).trouble).toEqual([]);
    expect(mergesOf(model)).toEqual([working.serial]);
    expect([...model.journal.intents.values()]).toMatchObject([{ state: "merged" }]);
  });

  it.each(PROOFS)(
    "takes none for an orphan after an import by hand, where the proof is %s",
    async (_proof, changes) => {
      const { model } = await mergedUnnoted(changes);
      model.clock.advance(60);
      await importByHand(model);
      for (let renewals = 0; renewals < 2; renewals += 1) {
        model.clock.advance(WEEK * 0.7);
        await model.run();
        await model.run();
      }
      expect(ordersOf(model)).toEqual([]);
      expect(revokedBy(model)).toEqual([]);
    },
  );

  it("takes none for an orphan after a person's own request for the same, and writes it down first", async () => {
    const { model, working } = await mergedUnnoted();
    model.clock.advance(60);
    const version = model.vault.entries.get("bunny-client")?.versions.at(-1)?.version ?? null;
    await model.brain().hand("certificates.request", { name: "bunny-client", expectedVersion: version });
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["sign-and-merge"] }]);
    expect(mergesOf(model)).toEqual([working.serial, newestOf(model).serial]);
    model.clock.advance(WEEK * 0.7);
    await model.run();
    expect(ordersOf(model)).toEqual([]);
  });

  it("does not write it down twice, nor look for it again once the certificate was seen in use", async () => {
    const { model, working } = await mergedUnnoted();
    await model.run();
    await use(model);
    model.calls.forget();
    await model.run();
    expect(mergesOf(model)).toEqual([working.serial]);
    expect(model.calls.count("journal.read-open-intents")).toBe(0);
  });
});

describe("renewCertificates, with an orphan that has long to live", () => {
  const OTHER =
    "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/ffffffff-1111-2222-3333-444444444444";
  const LONG = { lifetime: "300 days" } as const;

  /** Its request waits no more, and no version of it was merged. */
  async function orphaned(changes: Partial<CertificateInput> = LONG) {
    const model = await createModel({ link: generalPurpose(changes) });
    model.calls.fail({ call: "hand.merge", nth: 1, when: "before", code: "http-500" });
    await model.run();
    model.calls.forget();
    await model.vault.dropRequest("bunny-client", "whichever");
    return { model, orphan: newestOf(model) };
  }

  /** The link adopts another CA, which knows nothing of the first one's certificates. */
  function underOtherCa(model: Model): Brain {
    const { arn: first } = model.authority;
    const read = async (arn: string) => {
      if (!arn.startsWith(OTHER))
        throw new Error("the other CA was asked for a certificate of the first one");
      return await model.authority.read(arn.replace(OTHER, first));
    };
    const issue: Brain["authority"]["issue"] = async (...asked) =>
      (await model.authority.issue(...asked)).replace(first, OTHER);
    return { ...model.brain(), authority: { ...model.authority, arn: OTHER, issue, read } };
  }

  it("renews under another CA, which is not asked about what the first one issued", async () => {
    const { model } = await orphaned();
    expect((await renewCertificates(underOtherCa(model))).trouble).toEqual([]);
    expect(newestOf(model).at).toBe(model.clock.now());
    expect(ordersOf(model)).toEqual([]);
  });

  it("closes its order when the link has left its CA, for that one alone could revoke it", async () => {
    const { model, orphan } = await orphaned();
    await model.run();
    expect(ordersOf(model)).toMatchObject([{ serial: orphan.serial, certificateArn: orphan.arn }]);
    await use(model);
    model.clock.advance(ORPHAN_REST_SECONDS);
    expect((await renewCertificates(underOtherCa(model))).trouble).toEqual([]);
    expect(model.calls.count("authority.revoke")).toBe(0);
    expect(ordersOf(model)).toMatchObject([{ state: "refused", code: "other-ca" }]);
  });

  it("tells a person once that their order was for another CA's certificate", async () => {
    const { model, orphan } = await orphaned();
    await model.run();
    await use(model);
    const [stands] = ordersOf(model);
    if (stands === undefined) throw new Error("nothing was ordered");
    const orderedAt = model.clock.now();
    await model.journal.orderRevocation({ ...stands, origin: "person", orderedBy: "somebody", orderedAt });
    const { trouble } = await renewCertificates(underOtherCa(model));
    expect(trouble).toEqual([
      `bunny-client: ${orphan.serial} is of a CA that the link has left, which alone could revoke it`,
    ]);
    expect((await renewCertificates(underOtherCa(model))).trouble).toEqual([]);
  });

  it.each(["authority.read", "authority.revoke"] as const)(
    "is not held up by a %s that fails",
    async (call) => {
      const { model, orphan } = await orphaned();
      await model.run();
      await use(model);
      model.clock.advance(300 * DAY * 0.7);
      model.calls.fail({
        call,
        target: call === "authority.read" ? orphan.arn : orphan.serial,
        when: "before",
        code: "InternalFailure",
      });
      const { outcomes, trouble } = await model.run();
      expect(outcomes).toMatchObject([{ outcome: "settled", changes: ["request", "sign-and-merge"] }]);
      expect(trouble).toEqual([]);
      await use(model);
      expect(revokedBy(model)).toEqual([]);
      model.calls.forget();
      await model.run();
      expect(revokedBy(model)).toEqual([[orphan.serial, "SUPERSEDED"]]);
    },
  );
});
