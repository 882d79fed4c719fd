import { describe, expect, it } from "vitest";
import { ORPHAN_REST_SECONDS, planRevocations, type RevocationStanding } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";

const now = 1_795_000_000;
const ca = "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/one";
const otherCa = "arn:aws:acm-pca:eu-west-2:111122223333:certificate-authority/two";
const orphan: RevocationOrder = {
  serial: "abc",
  certificate: "bunny-client",
  reason: "SUPERSEDED",
  origin: "orphan",
  orderedBy: "renew-certificates",
  orderedAt: now - 3_600,
  certificateArn: `${ca}/certificate/2748`,
  state: "ordered",
};
const { certificateArn: _, ...order } = { ...orphan, origin: "person" } as const;
const compromised: RevocationOrder = { ...order, reason: "KEY_COMPROMISE" };
/** The order's certificate is the one in use, or was replaced a minute before the order. */
const current = { serial: "abc", createdAt: now - 86_400 };
const replaced = { serial: "def", createdAt: now - 3_660 };

type Mode = Parameters<typeof planRevocations>[2];
const plan = (one: RevocationOrder, standing: RevocationStanding) =>
  planRevocations([one], () => standing, "general-purpose", now, ca === undefined ? [] : [ca]);
const waits = (reason: string, one: RevocationOrder) => [{ kind: "wait", order: one, reason }];
const revokes = (one: RevocationOrder) => [{ kind: "revoke", order: one }];

describe("planRevocations, of an orphan", () => {
  it("lets it rest until nobody can be merging it any more", () => {
    const rested = { ...orphan, orderedAt: now - ORPHAN_REST_SECONDS };
    const resting = { ...orphan, orderedAt: now - ORPHAN_REST_SECONDS + 1 };
    const standing = { current: replaced, proof: "seen" } as const;
    expect(plan(resting, standing)).toEqual(waits("orphan-rests", resting));
    expect(plan(rested, standing)).toEqual(revokes(rested));
  });

  it("says that nothing is known of its certificate, be it at rest or not", () => {
    for (const orderedAt of [now - 3_600, now - 1]) {
      const one = { ...orphan, orderedAt };
      expect(plan(one, "unsettled")).toEqual(waits("not-settled", one));
    }
  });

  it("asks the link's CA where nobody says which CAs the link has", () => {
    const standing = { current: replaced, proof: "seen" } as const;
    expect(planRevocations([orphan], () => standing, "general-purpose", now)).toEqual(revokes(orphan));
  });

  it("waits until what is current is known to work, should the orphan be none after all", () => {
    for (const proof of ["awaited", "overdue", "unknown"] as const)
      expect(plan(orphan, { current: replaced, proof })).toEqual(waits("replacement-not-proven", orphan));
    const none = { current: null, proof: "not-needed" } as const;
    expect(plan(orphan, none)).toEqual(waits("replacement-not-merged", orphan));
  });

  it("leaves it to a person where the proof is left to one, for a rule's order is no word of theirs", () => {
    const standing = { current: replaced, proof: "manual" } as const;
    expect(plan(orphan, standing)).toEqual(waits("use-left-to-a-person", orphan));
  });

  it("closes the order when it was merged after all", () => {
    expect(plan(orphan, { current, proof: "awaited" })).toEqual([
      { kind: "close", order: orphan, code: "in-use" },
    ]);
  });
});

describe("planRevocations, of another CA's certificate", () => {
  const standing = { current: replaced, proof: "seen" } as const;
  const planAt = (one: RevocationOrder, mode: Mode, caArn: string | undefined) =>
    planRevocations([one], () => standing, mode, now, caArn === undefined ? [] : [caArn]);
  const closes = (one: RevocationOrder, code: string) => [{ kind: "close", order: one, code }];

  it("closes the order, for the link's CA knows nothing of that serial, or worse: has one of its own", () => {
    for (const kind of [order, compromised, orphan]) {
      const one = { ...kind, certificateArn: `${otherCa}/certificate/2748` };
      expect(planAt(one, "general-purpose", ca)).toEqual(closes(one, "other-ca"));
      expect(planAt(one, "general-purpose", otherCa)).toEqual(revokes(one));
      expect(planAt(one, "short-lived", ca)).toEqual(closes(one, "left-to-expire"));
    }
  });

  it("asks the link's CA about one of which nobody knows whose it is", () => {
    expect(planAt(order, "general-purpose", ca)).toEqual(revokes(order));
  });
});
