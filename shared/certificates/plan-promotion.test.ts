import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import type { DesiredCertificate } from "./plan.ts";
import { needsReplicas, type ObservedStages, planPromotion } from "./plan-promotion.ts";
import type { ReplicaReport } from "./replicas.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion } from "./schema.ts";

const now = 1_795_000_000;
const LOOK = 900;
const WEEK = 604_800;
const desired: DesiredCertificate = {
  purpose: "server",
  holder: "relay",
  name: "relay-server",
  identity: { commonName: "relay.example.com", dnsNames: ["relay.example.com"] },
  key: { type: "EC", curve: "P-256" },
  lifetimeSeconds: WEEK,
  renewAt: 2 / 3,
  jitterMaxSeconds: 0,
  proof: "observed",
  proofWithinSeconds: 1_800,
};
const staged: CertificateVersion = {
  version: "2",
  enabled: true,
  serial: "b2",
  notBefore: now - 3_600,
  notAfter: now + WEEK,
  createdAt: now - 600,
  identity: desired.identity,
  key: desired.key,
  issuer: "a".repeat(64),
};
const current: CertificateVersion = { ...staged, version: "1", serial: "a1", notAfter: now + WEEK / 3 };
const stages: ObservedStages = { staged, current, currentVersion: "1", held: false };
const says = (replica: string, ...serials: string[]): ReplicaReport => ({ replica, serials, at: now - 30 });
const everybody = [says("relay-0", "a1", "b2"), says("relay-1", "a1", "b2")];

const plan = (
  changes: Partial<ObservedStages> = {},
  replicas: readonly ReplicaReport[] | "not-searched" = everybody,
  more: Partial<DesiredCertificate> = {},
  orders: readonly RevocationOrder[] = [],
) =>
  planPromotion(
    { ...desired, ...more },
    { ...stages, ...changes },
    replicas,
    { checkEverySeconds: LOOK, orders, frozen: false },
    now,
  );

const hold = (reason: string, ...behind: string[]) => ({ kind: "hold", reason, behind });

describe("planPromotion", () => {
  it("does nothing when nothing is staged, or what is staged is current", () => {
    expect(plan({ staged: null })).toEqual({ kind: "in-step" });
    expect(plan({ staged: current })).toEqual({ kind: "in-step" });
    expect(plan({ staged: null, current: null, currentVersion: null })).toEqual({ kind: "in-step" });
  });

  it("promotes what every replica has loaded, from what was observed to what was staged", () => {
    expect(plan()).toEqual({ kind: "promote", from: "1", to: "2", reason: "loaded" });
  });

  it("holds while a replica has not loaded it, and names each", () => {
    const replicas = [says("relay-2", "a1"), says("relay-0", "a1", "b2"), says("relay-1", "a1", "c3")];
    expect(plan({}, replicas)).toEqual(hold("replicas-behind", "relay-1", "relay-2"));
  });

  it("holds everything while the link is frozen, whatever relay serves", () => {
    const planFrozen = (changes: Partial<ObservedStages>, ordered: readonly RevocationOrder[] = []) =>
      planPromotion(
        desired,
        { ...stages, ...changes },
        everybody,
        { checkEverySeconds: LOOK, orders: ordered, frozen: true },
        now,
      );
    expect(planFrozen({})).toEqual(hold("frozen"));
    expect(planFrozen({ current: { ...current, notAfter: now } })).toEqual(hold("frozen"));
    expect(planFrozen({ current: null, currentVersion: null })).toEqual(hold("frozen"));
    expect(planFrozen({ staged: current })).toEqual({ kind: "in-step" });
  });

  it("never takes silence for loaded", () => {
    expect(plan({}, [])).toEqual(hold("no-replica-heard"));
    expect(plan({}, "not-searched")).toEqual(hold("log-not-searched"));
  });

  it("holds what is loaded while a person holds the other one, and no longer than relay can serve that", () => {
    expect(plan({ held: true })).toEqual(hold("held-by-a-person"));
    expect(plan({ held: true }, everybody, { proof: { after: 60 } })).toEqual(hold("held-by-a-person"));
    const ending = { ...current, notAfter: now + 2 * LOOK };
    expect(plan({ held: true, current: ending })).toMatchObject({ reason: "current-ending" });
    expect(plan({ held: true, staged: { ...staged, notAfter: now } })).toEqual(hold("staged-unfit"));
  });

  it("promotes at once when nothing is current, whatever has the label", () => {
    const first = { kind: "promote", to: "2", reason: "nothing-current" };
    expect(plan({ current: null, currentVersion: null }, [])).toEqual({ ...first, from: null });
    expect(plan({ current: null, currentVersion: "0" }, [])).toEqual({ ...first, from: "0" });
  });

  it("promotes when the current one ends within two looks, and not a second before", () => {
    const ending = (notAfter: number) => plan({ current: { ...current, notAfter } }, []);
    expect(ending(now + 2 * LOOK)).toMatchObject({ kind: "promote", reason: "current-ending" });
    expect(ending(now + 2 * LOOK + 1)).toEqual(hold("no-replica-heard"));
    expect(ending(now - 1)).toMatchObject({ kind: "promote", reason: "current-ending" });
  });

  it("promotes at once when the key of the current one is known to others, and only then", () => {
    const order = (reason: RevocationOrder["reason"], serial: string): RevocationOrder => ({
      serial,
      reason,
      certificate: "relay-server",
      origin: "person",
      orderedBy: "arn:aws:iam::111122223333:role/operator",
      orderedAt: now - 60,
      state: "ordered",
    });
    const plans = (reason: RevocationOrder["reason"], serial: string) =>
      plan({}, [], {}, [order(reason, serial)]);
    expect(plans("KEY_COMPROMISE", "a1")).toMatchObject({ kind: "promote", reason: "current-revoked" });
    expect(plans("KEY_COMPROMISE", "b2")).toEqual(hold("staged-unfit"));
    expect(plans("SUPERSEDED", "a1")).toEqual(hold("no-replica-heard"));
  });

  it.each<[string, Partial<CertificateVersion>]>([
    ["has ended", { notAfter: now }],
    ["is another CA's", { issuer: "other" }],
    ["has another name", { identity: { commonName: "x", dnsNames: [] } }],
    ["has another key", { key: "other" }],
    ["is disabled", { enabled: false }],
  ])("holds what %s, even when nothing is current", (_what, change) => {
    const unfit = { ...staged, ...change };
    expect(plan({ staged: unfit })).toEqual(hold("staged-unfit"));
    expect(plan({ staged: unfit, current: null, currentVersion: null })).toEqual(hold("staged-unfit"));
  });

  it("promotes after the declared time where relay's log cannot tell", () => {
    expect(plan({}, [], { proof: { after: 600 } })).toMatchObject({ reason: "time-passed" });
    expect(plan({}, everybody, { proof: { after: 601 } })).toEqual(hold("time-not-passed"));
  });

  it("leaves it to a person where the link does, unless there is no other", () => {
    expect(plan({}, everybody, { proof: "manual" })).toEqual(hold("left-to-a-person"));
    expect(plan({ current: null }, [], { proof: "manual" })).toMatchObject({ reason: "nothing-current" });
  });

  it("does not depend on the order of the replicas", () => {
    const anyReplicas = fc.array(
      fc.record({
        replica: fc.constantFrom("relay-0", "relay-1", "relay-2"),
        serials: fc.subarray(["a1", "b2"]),
        at: fc.constant(now),
      }),
    );
    fc.assert(
      fc.property(anyReplicas, (replicas) => {
        expect(plan({}, replicas.toReversed())).toEqual(plan({}, replicas));
      }),
      runs(),
    );
  });
});

describe("needsReplicas", () => {
  it("is true only when relay's log decides", () => {
    expect(needsReplicas(plan({}, "not-searched"))).toBe(true);
    expect(needsReplicas(plan({ current: null }, "not-searched"))).toBe(false);
    expect(needsReplicas(plan({ staged: null }, "not-searched"))).toBe(false);
    expect(needsReplicas(plan({}, "not-searched", { proof: "manual" }))).toBe(false);
  });
});
