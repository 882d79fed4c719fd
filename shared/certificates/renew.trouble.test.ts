import { describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { type CertificateInput, linkWith } from "../../local/model/link.ts";
import { makeCa } from "../../local/testing/certificates.ts";
import { pinCa } from "./pinned.ts";
import { renewCertificates } from "./renew.ts";

const WEEK = 604_800;
const DUE = START + Math.floor((WEEK * 2) / 3);
const VAULT_CALLS = ["read-certificate", "read-request", "create-request"] as const;

const eventsOf = (model: Model) => model.records.map(({ event }) => event);
const changesOf = (model: Model) =>
  [...model.calls.brain, ...model.calls.vault].filter(({ name }) =>
    /request$|merge|intend|issue/.test(name.replace("read-request", "")),
  );

/** A model whose certificates are issued, at the instant at which they are due. */
async function due(...certificates: readonly Partial<CertificateInput>[]): Promise<Model> {
  const model = await createModel({ link: linkWith(...certificates) });
  await model.run();
  // One a second is made in a vault.
  model.clock.moveTo(DUE + certificates.length);
  model.calls.forget();
  return model;
}

describe("renewCertificates, in trouble", () => {
  it("goes on with the others when one certificate cannot be read", async () => {
    const model = await due({ name: "first" }, { name: "second" });
    model.calls.fail({ call: "vault.read-request", target: "first", when: "before", code: "Throttled" });
    const report = await model.run();
    expect(report.outcomes).toMatchObject([
      { certificate: "second", outcome: "settled", changes: ["request", "sign-and-merge"] },
      { certificate: "first", outcome: "failed", code: "Throttled", retryable: true },
    ]);
    expect(report.trouble).toEqual(["first: vault.read-request failed, Throttled"]);
  });

  it("goes on with the others when a fault of our own strikes one", async () => {
    const model = await due({ name: "first" }, { name: "second" });
    const brain = model.brain();
    const readIntent: typeof brain.journal.readIntent = async (certificate, digest) => {
      if (certificate === "first") throw new TypeError("x is not a function");
      return await brain.journal.readIntent(certificate, digest);
    };
    const report = await renewCertificates({ ...brain, journal: { ...brain.journal, readIntent } });
    expect(report.trouble).toEqual(["first: renew-certificates failed, fault"]);
    expect(model.records).toContainEqual({
      level: "error",
      event: "certificate.fault",
      certificate: "first",
      message: "x is not a function",
    });
    expect(isUsable(model, "second")).toBe(true);
  });

  it.each([
    ["the CA", "authority.observe"],
    ["the journal", "journal.read-standing"],
  ] as const)("changes nothing, says why and throws when %s cannot be read", async (_name, call) => {
    const model = await due();
    model.calls.fail({ call, when: "before", code: "AccessDeniedException" });
    await expect(model.run()).rejects.toMatchObject({ name: "CloudError", code: "AccessDeniedException" });
    expect(model.records.at(-1)).toMatchObject({
      level: "error",
      event: "run.failed",
      operation: call,
      code: "AccessDeniedException",
    });
    expect(changesOf(model)).toEqual([]);
  });

  it("keeps the current certificate and tells the failure while the CA does not sign", async () => {
    const model = await due();
    model.calls.fail({ call: "authority.issue", when: "before", code: "LimitExceededException" });
    expect((await model.run()).trouble).toEqual([
      "bunny-client: authority.issue failed, LimitExceededException",
    ]);
    expect(isUsable(model)).toBe(true);
  });

  it("asks again with the same request, however much later, when the CA has refused it", async () => {
    const model = await due();
    const call = "authority.issue";
    model.calls.fail({ call, when: "before", code: "AccessDeniedException", retryable: false });
    await model.run();
    const [, refused] = [...model.journal.intents.values()];
    expect(refused?.state).toBe("refused");
    model.calls.forget();
    model.clock.moveTo(DUE + 86_400);
    expect((await model.run()).trouble).toEqual([]);
    expect(model.journal.intents.size).toBe(2);
    expect(model.journal.intents.get(`bunny-client#${refused?.csrDigest}`)).toMatchObject({
      state: "merged",
      notAfter: DUE + 86_400 + WEEK,
    });
    expect(eventsOf(model)).not.toContain("certificate.issue-failed");
  });

  it("takes a vault that does not answer for no absent certificate", async () => {
    const model = await createModel();
    model.calls.fail(
      ...VAULT_CALLS.map((call) => ({
        call: `vault.${call}` as const,
        when: "before" as const,
        code: "Forbidden",
      })),
    );
    expect((await model.run()).trouble).toEqual(["bunny-client: vault.read-request failed, Forbidden"]);
    expect(model.calls.count("vault.create-request")).toBe(0);
  });

  it("takes a hand that does not answer for no absent certificate", async () => {
    const model = await createModel();
    model.calls.fail({ call: "hand.observe", when: "before", code: "unreachable" });
    expect((await model.run()).trouble).toEqual(["bunny-client: certificates.observe failed, unreachable"]);
    expect(changesOf(model)).toEqual([]);
  });

  it("is in trouble, and signs nothing, when the hand answers without a certificate that was asked for", async () => {
    const model = await createModel();
    const silent = async () => ({ outcome: "observed" as const, certificates: [] });
    const report = await renewCertificates({ ...model.brain(), hand: silent as never });
    expect(report.trouble).toEqual(["bunny-client: certificates.observe failed, not-answered"]);
  });

  it("renews while relay's log cannot be searched, and tells that it could not", async () => {
    const model = await due();
    model.calls.fail({ call: "usage.first-accepted", when: "before", code: "AccessDeniedException" });
    expect(await model.run()).toMatchObject({
      outcomes: [{ outcome: "settled", proof: "awaited", changes: ["request", "sign-and-merge"] }],
    });
    expect(await model.run()).toMatchObject({
      outcomes: [{ outcome: "settled", proof: "unknown", changes: [] }],
      trouble: ["bunny-client: relay's log could not be searched"],
    });
    expect(eventsOf(model)).toContain("certificate.use-unknown");
  });

  it("renews before it searches relay's log, however long that takes", async () => {
    const model = await createModel({
      link: linkWith({ name: "late", lifetime: "6 days" }, { name: "early" }),
    });
    await model.run();
    model.clock.moveTo(START + 4 * 86_400);
    model.usage.pages = 50;
    model.calls.durationsMs.set("usage.first-accepted", 10_000);
    const startedMs = model.clock.nowMs();
    expect((await model.run()).outcomes).toMatchObject([
      { certificate: "late", proof: "awaited", changes: ["request", "sign-and-merge"] },
      { certificate: "early", proof: "unknown", changes: [] },
    ]);
    expect(model.clock.nowMs() - startedMs).toBeLessThanOrEqual(300_000);
  });

  it("changes nothing, and names it, when the halves were built from different links", async () => {
    const model = await createModel({ handLink: linkWith({ lifetime: "6 days" }) });
    const report = await model.run();
    expect(report).toMatchObject({
      outcomes: [{ outcome: "refused", reason: "other-link" }],
      trouble: ["bunny-client: refused, other-link"],
    });
    expect(changesOf(model)).toEqual([]);
  });

  it("asks for nothing that the CA could not sign", async () => {
    const model = await createModel();
    model.authority.state = { ...model.authority.state, active: false };
    expect((await model.run()).trouble).toEqual(["bunny-client: refused, ca-not-active"]);
    expect(changesOf(model)).toEqual([]);
  });

  it("is in trouble when the hand will not merge, and keeps the certificate that it has", async () => {
    const model = await due();
    const { certificatePem } = await makeCa({ commonName: "Test CA" });
    Object.assign(model.hand, { pinned: [pinCa([certificatePem])] });
    const report = await model.run();
    expect(report.trouble).toEqual(["bunny-client: refused, chain-not-trusted"]);
    expect(isUsable(model)).toBe(true);
  });

  it("stops, in trouble, when a certificate does not settle", async () => {
    const model = await createModel();
    const brain = model.brain();
    const hand: typeof brain.hand = async (endpoint, body) =>
      endpoint === "certificates.request"
        ? { outcome: "refused", reason: "request-pending", detail: "" }
        : await brain.hand(endpoint, body);
    const report = await renewCertificates({ ...brain, hand });
    expect(report.trouble).toEqual(["bunny-client: still changing after 0 changes"]);
  });

  it("tells no token, no key and no cloud's text in its log, whatever failed", async () => {
    const model = await due();
    model.calls.fail({ call: "vault.merge", when: "after", code: "InternalError" });
    await model.run();
    model.calls.fail({ call: "authority.observe", when: "before", code: "ThrottlingException" });
    await model.run().catch(() => undefined);
    expect(model.tokens.length).toBeGreaterThan(1);
    expect(brokenPromises(model)).toEqual([]);
  });
});
