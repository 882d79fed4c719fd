import { describe, expect, it } from "vitest";
import { type Observed, planCertificate } from "./plan.ts";
import { jitterOf } from "./renewal.ts";
import type { CertificateVersion } from "./schema.ts";
import { ca, desired, fresh, now, observe, WEEK } from "./test-plan.ts";

describe("planCertificate, with nothing pending", () => {
  it("leaves a fresh certificate alone until its renewal point", () => {
    expect(planCertificate(desired, observe(fresh), now)).toEqual({
      change: null,
      refusal: null,
      waits: null,
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
    ["another CA issued it", { ...fresh, issuer: "other" }, "other-ca"],
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

  it("requests one at once when its CA is to be left, and only then", () => {
    const changeFor = (replace?: boolean) =>
      planCertificate(desired, observe(fresh, replace === undefined ? {} : { replace }), now).change;
    expect(changeFor(true)).toEqual({ kind: "request", reason: "other-ca" });
    expect(changeFor(false)).toBeNull();
    expect(changeFor()).toBeNull();
  });

  it("requests one when nothing holds it up, and none when something does", () => {
    const planFor = (hold: { readonly because: string; readonly who: string } | null) =>
      planCertificate(desired, observe(null, { hold }), now);
    expect(planFor(null)).toMatchObject({ change: { kind: "request", reason: "absent" }, refusal: null });
    expect(planFor({ because: "not-loaded", who: "relay" })).toMatchObject({
      change: null,
      refusal: { reason: "no-trusted-ca", because: "not-loaded", who: "relay" },
    });
  });

  it("requests none that the CA could not sign, and says why", () => {
    const plan = planCertificate(desired, observe(null, { ca: { ...ca, active: false } }), now);
    expect(plan).toEqual({
      change: null,
      refusal: { reason: "ca-not-active" },
      waits: null,
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
