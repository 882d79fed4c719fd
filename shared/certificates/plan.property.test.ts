/** The laws of planCertificate, held against a model of what its changes do. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { anyInstant } from "../../local/testing/arbitraries.ts";
import {
  anyCa,
  anyDesired,
  anyFlaw,
  anyPart,
  anyWorld,
  DEATHS,
  versionOf,
  World,
} from "../../local/testing/certificate-model.ts";
import type { Instant } from "../runtime/instant.ts";
import { type DesiredCertificate, type ObservedPending, planCertificate } from "./plan.ts";
import { jitterOf, renewAt } from "./renewal.ts";

/** Drop, request, sign and merge. */
const CHANGES_MAX = 3;

/** Runs until nothing is to be done, and says how many changes that took. */
function settle(desired: DesiredCertificate, world: World, now: Instant): number {
  for (let changes = 0; changes <= CHANGES_MAX; changes += 1) {
    const { change } = planCertificate(desired, world.observe(), now);
    if (change === null) return changes;
    world.apply(change, now);
  }
  return Number.POSITIVE_INFINITY;
}

describe("planCertificate", () => {
  it("settles from any state in three changes, then changes nothing before the time it names", () => {
    fc.assert(
      fc.property(anyDesired, anyWorld, anyInstant, anyPart, (desired, build, now, part) => {
        const world = build(desired, now);
        expect(settle(desired, world, now)).toBeLessThanOrEqual(CHANGES_MAX);
        const { nextAt, refusal } = planCertificate(desired, world.observe(), now);
        expect(refusal).toBeNull();
        expect(nextAt).toBeGreaterThan(now);
        const before = now + Math.floor((nextAt - 1 - now) * part);
        expect(planCertificate(desired, world.observe(), before)).toMatchObject({ change: null, nextAt });
        expect(planCertificate(desired, world.observe(), nextAt).change?.kind).toBe("request");
      }),
      runs(),
    );
  });

  it("settles wherever earlier runs died, and never has one CSR signed twice", () => {
    const anyDeath = fc.option(fc.constantFrom(...DEATHS), { nil: undefined });
    const anyRuns = fc.array(fc.tuple(anyDeath, fc.nat({ max: 400 })), { maxLength: 12 });
    fc.assert(
      fc.property(anyDesired, anyInstant, anyRuns, (desired, start, deaths) => {
        const world = new World();
        let now = start;
        for (const [death, pauseSeconds] of deaths) {
          const { change } = planCertificate(desired, world.observe(), now);
          if (change !== null) world.apply(change, now, death);
          now += pauseSeconds;
        }
        expect(settle(desired, world, now)).toBeLessThanOrEqual(CHANGES_MAX);
        expect(new Set(world.signed).size).toBe(world.signed.length);
      }),
      runs(),
    );
  });

  it("never renews a sound certificate before its renewal point, and always from it on", () => {
    fc.assert(
      fc.property(anyDesired, anyInstant, fc.nat(), (desired, now, leftSeconds) => {
        const notAfter = now + 1 + leftSeconds;
        const world = new World();
        world.current = versionOf(notAfter);
        const { lifetimeSeconds, renewAt: fraction, window } = desired;
        const jitterSeconds = jitterOf(desired.name, desired.jitterMaxSeconds);
        const due = renewAt({ notAfter, lifetimeSeconds, fraction, jitterSeconds, window }) <= now;
        const { change } = planCertificate(desired, world.observe(), now);
        expect(change).toEqual(due ? { kind: "request", reason: "renewal-due" } : null);
      }),
      runs(),
    );
  });

  it("never signs what is pending of others, whatever else is observed", () => {
    fc.assert(
      fc.property(anyDesired, anyWorld, anyInstant, anyFlaw, anyCa, (desired, build, now, flaw, ca) => {
        const world = build(desired, now);
        world.pending = flaw(world.pending ?? world.request());
        const { requestId } = world.pending;
        const { change, refusal } = planCertificate(desired, { ...world.observe(), ca }, now);
        expect(change).toMatchObject({ kind: "drop-request", requestId });
        expect(refusal).toBeNull();
      }),
      runs(),
    );
  });

  it("asks the CA for nothing that it cannot sign, and never both changes and refuses", () => {
    fc.assert(
      fc.property(anyDesired, anyWorld, anyInstant, anyCa, (desired, build, now, ca) => {
        const { change, refusal } = planCertificate(desired, { ...build(desired, now).observe(), ca }, now);
        if (refusal !== null) expect(change).toBeNull();
        if (change?.kind !== "sign-and-merge") return;
        const { intent } = change;
        const fetched = intent.kind === "resume" && intent.certificateArn !== undefined;
        expect(fetched || (ca.active && intent.notAfter <= ca.notAfter)).toBe(true);
      }),
      runs(),
    );
  });

  it("does not care for the order of names, extras and faults", () => {
    fc.assert(
      fc.property(anyDesired, anyWorld, anyInstant, (desired, build, now) => {
        const world = build(desired, now);
        const plan = planCertificate(desired, world.observe(), now);
        const { identity } = desired;
        const turned = { ...desired, identity: { ...identity, dnsNames: identity.dnsNames.toReversed() } };
        if (world.pending !== null) world.pending = reversed(world.pending);
        expect(planCertificate(turned, world.observe(), now)).toEqual(plan);
      }),
      runs(),
    );
  });
});

function reversed({ csr, policyFaults, requestId }: ObservedPending): ObservedPending {
  const dnsNames = csr.identity.dnsNames.toReversed();
  return {
    requestId,
    csr: { ...csr, extras: csr.extras.toReversed(), identity: { ...csr.identity, dnsNames } },
    policyFaults: policyFaults.toReversed(),
  };
}
