import { describe, expect, it } from "vitest";
import { idempotencyToken } from "./intent.ts";
import { type DesiredCertificate, type Observed, type ObservedPending, planCertificate } from "./plan.ts";
import { jitterOf } from "./renewal.ts";
import type { CertificateVersion, Intent } from "./schema.ts";

const now = 1_795_000_000;
const WEEK = 604_800;
const caArn =
  "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/00000000-1111-2222-3333-444444444444";
const csrDigest = "c".repeat(64);
const token = idempotencyToken(caArn, csrDigest);

const desired: DesiredCertificate = {
  purpose: "client",
  holder: "bunny",
  name: "bunny-client",
  identity: { commonName: "bunny.example.com", organization: "Example", dnsNames: ["bunny.example.com"] },
  key: { type: "EC", curve: "P-256" },
  lifetimeSeconds: WEEK,
  renewAt: 2 / 3,
  jitterMaxSeconds: 0,
  proof: "observed",
  proofWithinSeconds: 1_800,
};
const fresh: CertificateVersion = {
  version: "1",
  enabled: true,
  serial: "abc",
  notBefore: now - 3_600,
  notAfter: now + WEEK,
  createdAt: now,
  identity: desired.identity,
  key: desired.key,
  issuedByPinnedCa: true,
};
const pending: ObservedPending = {
  requestId: "request-1",
  csr: { digest: csrDigest, signatureValid: true, identity: desired.identity, key: desired.key, extras: [] },
  policyFaults: [],
};
const ca = {
  active: true,
  notAfter: now + 10 * 365 * 86_400,
  shortLived: true,
  signingAlgorithm: "SHA256WITHECDSA",
} as const;
const intent: Intent = {
  certificate: "bunny-client",
  csrDigest,
  publicKeyDigest: "e".repeat(64),
  idempotencyToken: token,
  notAfter: now - 60 + WEEK,
  createdAt: now - 60,
  state: "intended",
};

const observe = (
  current: CertificateVersion | null,
  more: Partial<Observed> & { pending?: ObservedPending } = {},
): Observed => {
  const { pending: request = null, ...rest } = more;
  return {
    certificate: { current, pending: request },
    intent: null,
    seen: null,
    orders: [],
    ca,
    caArn,
    ...rest,
  };
};

describe("planCertificate, with nothing pending", () => {
  it("leaves a fresh certificate alone until its renewal point", () => {
    expect(planCertificate(desired, observe(fresh), now)).toEqual({
      change: null,
      refusal: null,
      nextAt: now + 403_200,
      proof: "awaited",
    });
    expect(planCertificate(desired, observe(fresh), now + 403_199).change).toBeNull();
  });

  it("draws the renewal point forward by the certificate's own jitter", () => {
    const jittered = { ...desired, jitterMaxSeconds: 30_240 };
    const { nextAt } = planCertificate(jittered, observe(fresh), now);
    expect(nextAt).toBe(now + 403_200 - jitterOf("bunny-client", 30_240));
  });

  it("renews at its point", () => {
    const plan = planCertificate(desired, observe(fresh), now + 403_200);
    expect(plan.change).toEqual({ kind: "request", reason: "renewal-due" });
    expect(plan.nextAt).toBe(now + 403_200);
  });

  it.each<[string, CertificateVersion | null, string]>([
    ["there is none", null, "absent"],
    ["the current version is disabled", { ...fresh, enabled: false }, "disabled"],
    ["it ends this second", { ...fresh, notAfter: now }, "expired"],
    ["another CA issued it", { ...fresh, issuedByPinnedCa: false }, "other-ca"],
    ["its subject differs", { ...fresh, identity: { ...fresh.identity, commonName: "x" } }, "other-identity"],
    ["its DNS names differ", { ...fresh, identity: { ...fresh.identity, dnsNames: [] } }, "other-identity"],
    ["its key differs", { ...fresh, key: { type: "RSA", size: 2048 } }, "other-key"],
    ["its key is of no known kind", { ...fresh, key: "other" }, "other-key"],
  ])("requests one when %s", (_, current, reason) => {
    expect(planCertificate(desired, observe(current), now).change).toEqual({ kind: "request", reason });
  });

  it("requests one at once when its key is known to others, and not for being superseded one day", () => {
    const order = {
      serial: "abc",
      certificate: "bunny-client",
      reason: "KEY_COMPROMISE",
      origin: "person",
      orderedBy: "somebody",
      orderedAt: now,
      state: "ordered",
    } as const;
    const changeFor = (...orders: Observed["orders"]) =>
      planCertificate(desired, observe(fresh, { orders }), now).change;
    expect(changeFor(order)).toEqual({ kind: "request", reason: "revoked" });
    expect(changeFor({ ...order, state: "revoked" })).toEqual({ kind: "request", reason: "revoked" });
    expect(changeFor({ ...order, reason: "SUPERSEDED" })).toBeNull();
    expect(changeFor({ ...order, serial: "def" })).toBeNull();
    expect(changeFor()).toBeNull();
  });

  it("requests none that the CA could not sign, and says why", () => {
    const plan = planCertificate(desired, observe(null, { ca: { ...ca, active: false } }), now);
    expect(plan).toEqual({
      change: null,
      refusal: { reason: "ca-not-active" },
      nextAt: now,
      proof: "not-needed",
    });
  });

  it("refuses a certificate that would outlive the CA", () => {
    const plan = planCertificate(desired, observe(null, { ca: { ...ca, notAfter: now + WEEK - 1 } }), now);
    expect(plan.refusal).toEqual({ reason: "outlives-ca", notAfter: now + WEEK, caNotAfter: now + WEEK - 1 });
    expect(plan.change).toBeNull();
  });

  it("refuses a long life when the CA turns out to be short-lived", () => {
    const plan = planCertificate({ ...desired, lifetimeSeconds: 2 * WEEK }, observe(null), now);
    expect(plan.refusal?.reason).toBe("lifetime-over-short-lived-ca");
  });

  it("says nothing of the CA while nothing is due", () => {
    expect(
      planCertificate(desired, observe(fresh, { ca: { ...ca, active: false } }), now).refusal,
    ).toBeNull();
  });

  it("carries the proof of use beside any change", () => {
    expect(planCertificate(desired, observe(fresh, { seen: now }), now).proof).toBe("seen");
    expect(planCertificate(desired, observe({ ...fresh, enabled: false }), now + 1_801).proof).toBe(
      "overdue",
    );
  });
});

describe("planCertificate, with a request pending", () => {
  it("signs and merges it with a new intent, though nothing is due", () => {
    const plan = planCertificate(desired, observe(fresh, { pending }), now);
    expect(plan.change).toEqual({
      kind: "sign-and-merge",
      requestId: "request-1",
      csrDigest,
      intent: { kind: "new", idempotencyToken: token, notAfter: now + WEEK },
    });
    expect(plan.nextAt).toBe(now);
  });

  it("goes on with its intent", () => {
    expect(planCertificate(desired, observe(null, { pending, intent }), now).change).toEqual({
      kind: "sign-and-merge",
      requestId: "request-1",
      csrDigest,
      intent: { kind: "resume", idempotencyToken: token, notAfter: now - 60 + WEEK },
    });
  });

  it("merges what was issued, even when the CA is not active any more", () => {
    const certificateArn = `${caArn}/certificate/1`;
    const issued: Intent = { ...intent, state: "issued", certificateArn };
    const plan = planCertificate(
      desired,
      observe(null, { pending, intent: issued, ca: { ...ca, active: false } }),
      now,
    );
    expect(plan.change).toMatchObject({ intent: { kind: "resume", certificateArn } });
    expect(plan.refusal).toBeNull();
  });

  it.each([
    ["has no intent yet", null],
    ["is intended", intent],
  ])("keeps a request that %s and refuses to sign it while the CA is not active", (_, journalled) => {
    const plan = planCertificate(
      desired,
      observe(null, { pending, intent: journalled, ca: { ...ca, active: false } }),
      now,
    );
    expect(plan).toEqual({
      change: null,
      refusal: { reason: "ca-not-active" },
      nextAt: now,
      proof: "not-needed",
    });
  });

  it("drops a request that is not what the link wants, with every reason, and never signs it", () => {
    const foreign: ObservedPending = {
      ...pending,
      csr: {
        ...pending.csr,
        identity: { ...desired.identity, dnsNames: ["bunny.example.com", "relay.example.com"] },
        extras: ["attribute 1.2.3"],
      },
      policyFaults: ["its key may not be exported"],
    };
    expect(planCertificate(desired, observe(fresh, { pending: foreign }), now).change).toEqual({
      kind: "drop-request",
      requestId: "request-1",
      reasons: ["other-dns-names", "asks-for-more", "other-policy"],
      details: ["attribute 1.2.3", "its key may not be exported"],
      asked: {
        csrDigest,
        commonName: "bunny.example.com",
        organization: "Example",
        dnsNames: "bunny.example.com relay.example.com",
        key: "EC P-256",
      },
    });
  });

  it("drops a request whose policy alone differs", () => {
    const other = { ...pending, policyFaults: ["it reuses its key"] };
    expect(planCertificate(desired, observe(fresh, { pending: other }), now).change).toMatchObject({
      reasons: ["other-policy"],
    });
  });

  it("drops even while the CA is not active", () => {
    const other = { ...pending, policyFaults: ["it reuses its key"] };
    const plan = planCertificate(
      desired,
      observe(null, { pending: other, ca: { ...ca, active: false } }),
      now,
    );
    expect(plan.change?.kind).toBe("drop-request");
  });

  it("drops a request whose signature may or may not have been given", () => {
    const old: Intent = { ...intent, createdAt: now - 240, notAfter: now - 240 + WEEK };
    expect(planCertificate(desired, observe(null, { pending, intent: old }), now).change).toMatchObject({
      kind: "drop-request",
      requestId: "request-1",
      reasons: ["outcome-unknown"],
      details: [],
    });
  });

  it("drops a request of which a certificate would be due for renewal as it is merged", () => {
    const issued: Intent = { ...intent, state: "issued", certificateArn: `${caArn}/certificate/1` };
    const dueAt = issued.notAfter - WEEK + 403_200;
    const planAt = (at: number) =>
      planCertificate(desired, observe(null, { pending, intent: issued }), at).change;
    expect(planAt(dueAt - 1)?.kind).toBe("sign-and-merge");
    expect(planAt(dueAt)).toMatchObject({ kind: "drop-request", reasons: ["intent-outlived"] });
  });

  it("drops a request that another CA was asked to sign", () => {
    const plan = planCertificate(desired, observe(null, { pending, intent, caArn: "arn:of:another" }), now);
    expect(plan.change).toMatchObject({ kind: "drop-request", reasons: ["other-ca"] });
  });
});
