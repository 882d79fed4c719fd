import { describe, expect, it } from "vitest";
import { type ObservedPending, planCertificate } from "./plan.ts";
import type { Intent } from "./schema.ts";
import {
  ca,
  caArn,
  csrDigest,
  desired,
  fresh,
  intent,
  now,
  observe,
  pending,
  token,
  WEEK,
} from "./test-plan.ts";

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

  it("signs what the CA has refused once, with the same token and a new end", () => {
    const refused: Intent = { ...intent, state: "refused" };
    expect(planCertificate(desired, observe(null, { pending, intent: refused }), now).change).toEqual({
      kind: "sign-and-merge",
      requestId: "request-1",
      csrDigest,
      intent: { kind: "new", idempotencyToken: token, notAfter: now + WEEK },
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
      waits: null,
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
