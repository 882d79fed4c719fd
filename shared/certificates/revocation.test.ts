import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mustBeReplaced, planRevocations, type RevocationStanding, withServed } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";

const now = 1_795_000_000;
const order: RevocationOrder = {
  serial: "abc",
  certificate: "bunny-client",
  reason: "SUPERSEDED",
  origin: "person",
  orderedBy: "arn:aws:iam::111122223333:role/operator",
  orderedAt: now - 3_600,
  state: "ordered",
};
const compromised: RevocationOrder = { ...order, reason: "KEY_COMPROMISE" };
const orphan: RevocationOrder = { ...order, origin: "orphan", orderedBy: "renew-certificates" };
/** The order's certificate is the one in use, or was replaced a minute before the order. */
const current = { serial: "abc", createdAt: now - 86_400 };
const replaced = { serial: "def", createdAt: now - 3_660 };

type Mode = Parameters<typeof planRevocations>[2];
const plan = (one: RevocationOrder, standing: RevocationStanding, mode: Mode = "general-purpose") =>
  planRevocations([one], () => standing, mode, now);
const waits = (reason: string, one = order) => [{ kind: "wait", order: one, reason }];
const revokes = (one = order) => [{ kind: "revoke", order: one }];

describe("planRevocations, of a superseded certificate", () => {
  it("waits while it is the current one, however well proven", () => {
    expect(plan(order, { current, proof: "seen" })).toEqual(waits("replacement-not-merged"));
  });

  it("waits while there is none", () => {
    expect(plan(order, { current: null, proof: "not-needed" })).toEqual(waits("replacement-not-merged"));
  });

  it.each(["awaited", "overdue", "unknown"] as const)(
    "waits while the use of its replacement is %s",
    (proof) => {
      expect(plan(order, { current: replaced, proof })).toEqual(waits("replacement-not-proven"));
    },
  );

  it("revokes it once its replacement was seen in use", () => {
    expect(plan(order, { current: replaced, proof: "seen" })).toEqual(revokes());
  });

  it("takes the order for the proof when that is left to a person, and the replacement was there", () => {
    expect(plan(order, { current: replaced, proof: "manual" })).toEqual(revokes());
    const same = { ...replaced, createdAt: order.orderedAt };
    expect(plan(order, { current: same, proof: "manual" })).toEqual(revokes());
  });

  it("waits for another order when the replacement came after this one", () => {
    const later = { ...replaced, createdAt: order.orderedAt + 1 };
    expect(plan(order, { current: later, proof: "manual" })).toEqual(waits("use-left-to-a-person"));
  });
});

describe("planRevocations, of a compromised key", () => {
  it("waits for a replacement, and not for its proof", () => {
    expect(plan(compromised, { current, proof: "seen" })).toEqual(
      waits("replacement-not-merged", compromised),
    );
    for (const proof of ["awaited", "overdue", "unknown", "manual"] as const) {
      expect(plan(compromised, { current: replaced, proof })).toEqual(revokes(compromised));
    }
  });
});

describe("planRevocations, of what relay serves while its replacement is staged", () => {
  const standing = { current: replaced, proof: "seen", served: "abc" } as const;

  it("waits until something else is served, whatever the reason and the CA", () => {
    for (const one of [order, compromised]) {
      expect(plan(one, standing)).toEqual(waits("still-served", one));
      expect(plan(one, standing, "short-lived")).toEqual(waits("still-served", one));
      expect(plan(one, { ...standing, served: "def" })).toEqual(revokes(one));
      expect(plan(one, { ...standing, served: null })).toEqual(revokes(one));
    }
  });

  it("takes it for no orphan", () => {
    expect(plan(orphan, standing)).toEqual([{ kind: "close", order: orphan, code: "in-use" }]);
  });
});

describe("withServed", () => {
  const target = { current: replaced, proof: "manual" } as const;

  it("takes nothing for proven that became current a moment ago", () => {
    expect(withServed(target, { serial: "def", isNew: true })).toEqual({
      ...target,
      proof: "awaited",
      served: "def",
    });
    expect(withServed(target, { serial: "def", isNew: false })).toEqual({ ...target, served: "def" });
  });

  it("knows nothing for certain while nobody can tell what is served", () => {
    expect(withServed(target, "unknown")).toBe("unsettled");
  });
});

describe("planRevocations", () => {
  it("waits while it cannot tell what is current, whatever the reason", () => {
    for (const one of [order, compromised, orphan]) {
      expect(plan(one, "unsettled")).toEqual(waits("not-settled", one));
    }
  });

  it("leaves to another function what that one looks after", () => {
    expect(plan(compromised, "elsewhere")).toEqual([]);
  });

  it("does not wait for a replacement of what left the link", () => {
    for (const one of [order, compromised, orphan]) {
      expect(plan(one, "not-in-link")).toEqual(revokes(one));
    }
  });

  it("leaves a short-lived certificate to expire where another CA's would be revoked, and not before", () => {
    for (const one of [order, compromised, orphan]) {
      expect(plan(one, { current: replaced, proof: "seen" }, "short-lived")).toEqual([
        { kind: "close", order: one, code: "left-to-expire" },
      ]);
    }
    expect(plan(compromised, { current, proof: "seen" }, "short-lived")).toEqual(
      waits("replacement-not-merged", compromised),
    );
  });

  it.each(["revoked", "refused"] as const)("does nothing more about an order that was %s", (state) => {
    expect(plan({ ...order, state }, { current: replaced, proof: "seen" })).toEqual([]);
  });
});

const anyOrder = fc.record({
  serial: fc.constantFrom("1", "2", "3"),
  certificate: fc.constantFrom("bunny-client", "other-client"),
  reason: fc.constantFrom("SUPERSEDED" as const, "KEY_COMPROMISE" as const),
  origin: fc.constantFrom("person" as const, "orphan" as const),
  orderedBy: fc.constant("somebody"),
  orderedAt: fc.integer({ min: now - 5_000, max: now }),
  state: fc.constantFrom("ordered" as const, "revoked" as const, "refused" as const),
});
const anyStanding: fc.Arbitrary<RevocationStanding> = fc.oneof(
  fc.constantFrom("elsewhere" as const, "unsettled" as const, "not-in-link" as const),
  fc.record({
    current: fc.option(
      fc.record({ serial: fc.constantFrom("1", "2"), createdAt: fc.integer({ min: now - 5_000, max: now }) }),
    ),
    proof: fc.constantFrom("seen", "awaited", "overdue", "manual", "unknown"),
    served: fc.constantFrom("1", "2", "3", null),
  }),
);
const anyMode = fc.constantFrom<Mode>("short-lived", "general-purpose");

describe("planRevocations, of anything", () => {
  it("never revokes the current version, nor what is served, nor anything under a short-lived CA", () => {
    fc.assert(
      fc.property(fc.array(anyOrder), anyStanding, anyMode, (orders, standing, mode) => {
        const steps = planRevocations(orders, () => standing, mode, now);
        const revoked = steps.filter(({ kind }) => kind === "revoke").map(({ order: one }) => one.serial);
        if (mode === "short-lived") expect(revoked).toEqual([]);
        if (typeof standing === "object" && !["seen", "manual"].includes(standing.proof))
          for (const one of steps) if (one.kind === "revoke") expect(one.order.reason).toBe("KEY_COMPROMISE");
        if (typeof standing === "object")
          for (const serial of [standing.current?.serial, standing.served])
            expect(revoked).not.toContain(serial);
      }),
    );
  });

  it("takes no account of the orders' order", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyOrder, { selector: ({ serial }) => serial }),
        anyStanding,
        anyMode,
        (orders, standing, mode) => {
          const steps = planRevocations(orders, () => standing, mode, now);
          expect(planRevocations(orders.toReversed(), () => standing, mode, now)).toEqual(steps);
        },
      ),
    );
  });

  it("has nothing left to do once its steps are carried out", () => {
    fc.assert(
      fc.property(fc.array(anyOrder), anyStanding, anyMode, (orders, standing, mode) => {
        const steps = planRevocations(orders, () => standing, mode, now);
        const done = steps.filter(({ kind }) => kind !== "wait").map((step) => step.order);
        const after = orders.map((one) => (done.includes(one) ? { ...one, state: "revoked" as const } : one));
        const left = planRevocations(after, () => standing, mode, now);
        expect(left.filter(({ kind }) => kind !== "wait")).toEqual([]);
      }),
    );
  });
});

describe("mustBeReplaced", () => {
  it("is true of a compromised key, from the order on and for good", () => {
    for (const state of ["ordered", "revoked", "refused"] as const) {
      expect(mustBeReplaced([{ ...compromised, state }], "abc")).toBe(true);
    }
  });

  it("is true of what was revoked for any reason", () => {
    expect(mustBeReplaced([{ ...order, state: "revoked" }], "abc")).toBe(true);
  });

  it("is false of what is only superseded, and of another version's order", () => {
    expect(mustBeReplaced([order], "abc")).toBe(false);
    expect(mustBeReplaced([compromised], "def")).toBe(false);
    expect(mustBeReplaced([], "abc")).toBe(false);
  });
});
