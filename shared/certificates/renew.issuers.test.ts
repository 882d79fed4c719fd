/** Renewals where the link has several CAs: each certificate is signed by the one that is chosen for it. */
import { describe, expect, it } from "vitest";
import { modelAuthority } from "../../local/model/authority.ts";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import { CloudError } from "../runtime/errors.ts";
import { togetherAs } from "./authorities.ts";
import type { IssuerChoice } from "./issuers.ts";
import { planRun } from "./plan-run.ts";
import { renewCertificates } from "./renew.ts";

const NEXT =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/99999999-1111-2222-3333-444444444444";

async function start() {
  const model = await createModel();
  const one = model.authority;
  const two = await modelAuthority(model.calls, model.clock, model.link.certificateAuthority, NEXT);
  Object.assign(model.hand, { pinned: [...one.pinned, ...two.pinned] });
  const chosen: { now: IssuerChoice } = { now: { kind: "issue", authority: one, replace: false } };
  const brain = () => ({
    ...model.brain(),
    authority: togetherAs(one, [two]),
    issuers: { all: [one, two], choose: () => chosen.now },
  });
  return { model, one, two, chosen, run: () => renewCertificates(brain()), brain };
}

const issuerOf = (model: Model) => {
  const versions = model.vault.entries.get("bunny-client")?.versions ?? [];
  return { count: versions.length };
};

describe("renewCertificates with several CAs", () => {
  it("has the certificate signed by the chosen CA, under a token of that CA", async () => {
    const { model, one, two, chosen, run } = await start();
    chosen.now = { kind: "issue", authority: two, replace: false };
    expect(await run()).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled" }] });
    expect([one.issues.length, two.issues.length]).toEqual([0, 1]);
    expect([...model.journal.intents.values()]).toMatchObject([
      { state: "merged", certificateArn: expect.stringContaining(NEXT) },
    ]);
  });

  it("replaces at once what comes from a CA that is to be left, and then rests", async () => {
    const { model, two, chosen, run } = await start();
    await run();
    chosen.now = { kind: "issue", authority: two, replace: true };
    expect(await run()).toMatchObject({ outcomes: [{ changes: ["request", "sign-and-merge"] }] });
    expect(model.audit.changes.filter(({ kind }) => kind === "request").at(-1)?.reasons).toEqual([
      "other-ca",
    ]);
    chosen.now = { kind: "issue", authority: two, replace: false };
    expect(await run()).toMatchObject({ outcomes: [{ outcome: "settled", changes: [] }] });
    expect(issuerOf(model)).toEqual({ count: 2 });
  });

  it("goes on with what was begun at one CA, whichever would be chosen now", async () => {
    const { model, one, two, chosen, run } = await start();
    one.readsInProgress = 100;
    expect(await run()).toMatchObject({ outcomes: [{ outcome: "signing" }] });
    chosen.now = { kind: "issue", authority: two, replace: true };
    one.readsInProgress = 1;
    model.clock.advance(600);
    expect((await run()).outcomes).toMatchObject([{ changes: ["sign-and-merge"] }]);
    chosen.now = { kind: "hold", reason: "nobody-heard", who: ["bunny"] };
    expect(await run()).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled" }] });
    expect([one.issues.length, two.issues.length]).toEqual([1, 0]);
    expect(issuerOf(model)).toEqual({ count: 1 });
  });

  it("issues nothing that could be refused, says whom it waits for, and leaves no request behind", async () => {
    const { model, chosen, run } = await start();
    chosen.now = { kind: "hold", reason: "replicas-behind", who: ["relay", "relay-1"] };
    const { trouble, outcomes } = await run();
    expect(trouble).toEqual(["bunny-client: refused, no-trusted-ca"]);
    expect(outcomes).toMatchObject([
      { outcome: "refused", detail: '{"because":"replicas-behind","who":"relay relay-1"}' },
    ]);
    expect(issuerOf(model)).toEqual({ count: 0 });
  });

  it("holds nothing that is not due", async () => {
    const { chosen, run } = await start();
    await run();
    chosen.now = { kind: "hold", reason: "replicas-behind", who: [] };
    expect(await run()).toMatchObject({ trouble: [], outcomes: [{ outcome: "settled" }] });
  });

  it("renews from the other CA while the one that issues is away", async () => {
    const { model, one, two, chosen, run } = await start();
    await run();
    const away = { call: "authority.observe", target: one.arn, code: "ServiceUnavailable" } as const;
    model.calls.fail({ ...away, when: "before" });
    model.clock.moveTo(START + 500_000);
    chosen.now = { kind: "issue", authority: two, replace: false };
    expect(await run()).toMatchObject({ outcomes: [{ outcome: "settled" }] });
    expect(two.issues).toHaveLength(1);
  });

  it("plans with the chosen CA, and writes nothing", async () => {
    const { two, chosen, brain } = await start();
    chosen.now = { kind: "hold", reason: "settling", who: [] };
    expect((await planRun(brain(), null)).certificates).toMatchObject([
      { refusal: { reason: "no-trusted-ca", because: "settling" } },
    ]);
    expect(two.issues).toEqual([]);
  });
});

describe("togetherAs", () => {
  it("reads a certificate at the CA that has issued it, and revokes a serial at whichever knows it", async () => {
    const { one, two, chosen, run } = await start();
    chosen.now = { kind: "issue", authority: two, replace: false };
    await run();
    const [issued] = two.issues;
    if (issued === undefined) throw new Error("nothing was issued");
    const all = togetherAs(one, [two]);
    expect(await all.read(issued.arn)).toEqual(issued.chain);
    expect(await all.revoke(issued.serial, "KEY_COMPROMISE")).toEqual({ outcome: "revoked" });
    expect([...two.revoked.keys()]).toEqual([issued.serial]);
    expect(await all.revoke("5", "SUPERSEDED")).toMatchObject({ outcome: "refused" });
    expect(all.others).toEqual([NEXT]);
  });

  it("revokes at the CA that the certificate's ARN names, and asks no other one", async () => {
    const { one, two, chosen, run } = await start();
    chosen.now = { kind: "issue", authority: two, replace: false };
    await run();
    const [issued] = two.issues;
    if (issued === undefined) throw new Error("nothing was issued");
    const { serial, arn } = issued;
    const silent = { ...one, revoke: () => Promise.reject(new Error("was asked")) };
    const answer = await togetherAs(silent, [two]).revoke(serial, "SUPERSEDED", undefined, arn);
    expect(answer).toEqual({ outcome: "revoked" });
  });

  it("asks every CA though one cannot answer, and throws its error only when none has revoked it", async () => {
    const { one, two, chosen, run } = await start();
    chosen.now = { kind: "issue", authority: two, replace: false };
    await run();
    const [issued] = two.issues;
    if (issued === undefined) throw new Error("nothing was issued");
    const fault = { provider: "aws", operation: "RevokeCertificate", target: "5", retryable: true } as const;
    const away = (code: string) => ({
      ...one,
      revoke: () => Promise.reject(new CloudError({ ...fault, code })),
    });
    const all = togetherAs(away("AccessDeniedException"), [two]);
    await expect(all.revoke("5", "SUPERSEDED")).rejects.toMatchObject({ code: "AccessDeniedException" });
    expect(await all.revoke(issued.serial, "KEY_COMPROMISE")).toEqual({ outcome: "revoked" });
    // What is said first is not lost behind a CA that knows no such certificate.
    const last = togetherAs(two, [away("AccessDeniedException")]);
    await expect(last.revoke("5", "SUPERSEDED")).rejects.toMatchObject({ code: "AccessDeniedException" });
  });
});
