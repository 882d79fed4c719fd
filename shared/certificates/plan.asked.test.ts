/** What a person's wish for another certificate changes in the plan, and what it does not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { anyInstant } from "../../local/testing/arbitraries.ts";
import { anyDesired, anyWorld, DEATHS, type World } from "../../local/testing/certificate-model.ts";
import { IDEMPOTENCY_MARGIN_SECONDS, IDEMPOTENCY_WINDOW_SECONDS } from "./intent.ts";
import { type DesiredCertificate, type Observed, planCertificate } from "./plan.ts";

const now = 1_795_000_000;
const WEEK = 604_800;
const HOUR = 3_600;
/** Drop, request, sign and merge. */
const CHANGES_MAX = 3;

const desired: DesiredCertificate = {
  purpose: "client",
  holder: "bunny",
  name: "bunny-client",
  identity: { commonName: "bunny.example.com", dnsNames: [] },
  key: { type: "EC", curve: "P-256" },
  lifetimeSeconds: WEEK,
  renewAt: 2 / 3,
  jitterMaxSeconds: 0,
  proof: "observed",
  proofWithinSeconds: HOUR,
};

const observed = (changes: Partial<Observed> = {}): Observed => ({
  certificate: {
    current: {
      version: "1",
      enabled: true,
      serial: "abc",
      notBefore: now - HOUR,
      notAfter: now + WEEK,
      createdAt: now,
      identity: desired.identity,
      key: desired.key,
      issuer: "a".repeat(64),
    },
    pending: null,
  },
  intent: null,
  seen: now + 60,
  asked: "abc",
  orders: [],
  ca: {
    active: true,
    notAfter: now + 10 * 365 * 86_400,
    shortLived: true,
    signingAlgorithm: "SHA256WITHECDSA",
  },
  caArn: "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/1",
  ...changes,
});

const request = { kind: "request", reason: "asked-for" };

/**
 * Is what a run was begun with gone on with as long as the CA answers it with the same certificate, or not at all? What
 * comes to its end in between is a CSR whose outcome nobody knows, asked for or not.
 */
function isAnswered(world: World, start: number, deaths: readonly (readonly [unknown, number])[]): boolean {
  const answeredSeconds = IDEMPOTENCY_WINDOW_SECONDS - IDEMPOTENCY_MARGIN_SECONDS;
  const { intent } = world.observe();
  const age = intent === null ? 0 : start - intent.createdAt;
  const spent = deaths.reduce((sum, [, pauseSeconds]) => sum + pauseSeconds, 0);
  return age >= answeredSeconds || age + spent < answeredSeconds;
}

describe("planCertificate, of what a person asks for", () => {
  it("renews at once, long before its time and outside its window", () => {
    const window = { days: ["sun"], from: "02:00", to: "04:00", timeZone: "UTC" } as const;
    for (const one of [desired, { ...desired, window: { ...window, days: [...window.days] } }]) {
      const plan = planCertificate(one, observed(), now + 120);
      expect(plan).toMatchObject({ change: request, refusal: null, waits: null, nextAt: now + 120 });
    }
  });

  it("renews nothing for a wish about another serial: it is met, or was never about this one", () => {
    for (const asked of ["abd", null])
      expect(planCertificate(desired, observed({ asked }), now + 120)).toMatchObject({
        change: null,
        waits: null,
        nextAt: now + 403_200,
      });
  });

  it("waits until the last one is seen in use, or until its time for that is over", () => {
    const unseen = observed({ seen: null });
    const waiting = { change: null, waits: "proof", nextAt: now + HOUR + 1, proof: "awaited" };
    expect(planCertificate(desired, unseen, now + HOUR)).toMatchObject(waiting);
    expect(planCertificate(desired, unseen, now + HOUR + 1)).toMatchObject({
      change: request,
      proof: "overdue",
    });
    const after = { ...desired, proof: { after: 600 } };
    expect(planCertificate(after, unseen, now + 599)).toMatchObject({ waits: "proof", nextAt: now + 600 });
    expect(planCertificate(after, unseen, now + 600).change).toEqual(request);
    expect(planCertificate({ ...desired, proof: "manual" }, unseen, now).change).toEqual(request);
  });

  it("puts nothing off that is due anyway", () => {
    const slow = { ...desired, proofWithinSeconds: WEEK };
    expect(planCertificate(slow, observed({ seen: null }), now + 403_200).change).toEqual({
      kind: "request",
      reason: "renewal-due",
    });
    const disabled = observed({ seen: null });
    const { current } = disabled.certificate;
    const certificate = { current: current && { ...current, enabled: false }, pending: null };
    expect(planCertificate(desired, { ...disabled, certificate }, now).change).toMatchObject({
      reason: "disabled",
    });
  });

  it("calls it a renewal when its time and the end of the wait come in the same second", () => {
    const late = { ...desired, proofWithinSeconds: 403_199 };
    expect(planCertificate(late, observed({ seen: null }), now + 403_200).change).toEqual({
      kind: "request",
      reason: "renewal-due",
    });
  });

  it("is refused as any other renewal, and requests nothing then", () => {
    const { ca } = observed();
    expect(planCertificate(desired, observed({ ca: { ...ca, active: false } }), now + 60)).toMatchObject({
      change: null,
      refusal: { reason: "ca-not-active" },
      waits: null,
    });
    const hold = { because: "settling", who: "relay" };
    expect(planCertificate(desired, observed({ hold }), now + 60)).toMatchObject({
      change: null,
      refusal: { reason: "no-trusted-ca" },
    });
  });

  it("finishes what is pending in place of asking for another one", () => {
    const csr = {
      digest: "c".repeat(64),
      signatureValid: true,
      identity: desired.identity,
      key: desired.key,
      extras: [],
    };
    const { certificate } = observed();
    const pending = { requestId: "request-1", csr, policyFaults: [] };
    const plan = planCertificate(desired, observed({ certificate: { ...certificate, pending } }), now + 60);
    expect(plan).toMatchObject({ change: { kind: "sign-and-merge" }, waits: null });
  });

  it("has one wish met by one certificate, wherever runs died, and never by a second", () => {
    const anyDeath = fc.option(fc.constantFrom(...DEATHS), { nil: undefined });
    const anyRuns = fc.array(fc.tuple(anyDeath, fc.nat({ max: 40 })), { maxLength: 7 });
    fc.assert(
      fc.property(anyDesired, anyWorld, anyInstant, anyRuns, (drawn, build, start, deaths) => {
        const { window: _, ...rest } = drawn;
        const one = { ...rest, lifetimeSeconds: WEEK, jitterMaxSeconds: 0, proof: "manual" as const };
        const world: World = build(one, start);
        fc.pre(isAnswered(world, start, deaths));
        const asked = world.current?.serial ?? null;
        let at = start;
        const run = (death?: (typeof DEATHS)[number]) => {
          const plan = planCertificate(one, { ...world.observe(), asked }, at);
          if (plan.change !== null) world.apply(plan.change, at, death);
          return plan;
        };
        for (const [death, pauseSeconds] of deaths) {
          run(death);
          at += pauseSeconds;
        }
        for (let changes = 0; changes < CHANGES_MAX; changes += 1) run();
        expect(run()).toMatchObject({ change: null, waits: null });
        if (asked !== null) expect(world.current?.serial).not.toBe(asked);
        expect(world.signed.length).toBeLessThanOrEqual(1);
      }),
      runs(),
    );
  });
});
