/** The laws of planTrust. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { planTrust } from "./plan.ts";
import { toRemembered } from "./remembered.ts";
import type { DesiredTrust, ObservedTrust, Store } from "./state.ts";
import { A, B, bundleOf, copyOf, desired, F, leafOf, NOW, published, running, wordOf } from "./test-trust.ts";

const anyCas = fc.subarray([A, B, F], { minLength: 1 });
const anyBundle = fc
  .tuple(fc.integer({ min: 1, max: 9 }), anyCas, fc.boolean(), fc.subarray(["1", "2", "3"]))
  .map(([number, cas, closed, serials]) =>
    bundleOf(
      number,
      cas.map((ca) => ({ ...ca, closedAt: closed ? NOW - 9_000 : null })),
      serials.map((serial) => ({ serial, until: NOW + 100 })),
    ),
  );
const anyStore: fc.Arbitrary<Store> = fc.oneof(
  fc.constant<Store>({ kind: "absent" }),
  fc.constant<Store>({ kind: "malformed", storeVersion: "x" }),
  fc
    .tuple(anyBundle, fc.integer({ min: 0, max: 90_000 }))
    .map(([bundle, age]) => published(bundle, NOW - age)),
);
const anyLeaf = fc
  .tuple(fc.constantFrom("bunny-client", "relay-server"), fc.constantFrom(A, B, F), fc.boolean())
  .map(([name, ca, current]) => leafOf(name, ca, { current }));
const anyWord = fc
  .tuple(
    fc.constantFrom("relay", "bunny"),
    fc.constantFrom("r-0", "r-1"),
    fc.nat({ max: 12 }),
    fc.nat({ max: 400 }),
    fc.nat({ max: 2 }),
  )
  .map(([party, replica, number, age, ms]) =>
    wordOf(party, `${number}-0123456789abcdef`, { replica, at: NOW - age, ms }),
  );
const anyWorld = fc
  .record({
    head: anyStore,
    copy: anyStore,
    words: fc.array(anyWord, { maxLength: 6 }),
    leaves: fc.array(anyLeaf, { maxLength: 4 }),
    next: fc.boolean(),
    failover: fc.boolean(),
  })
  .map(({ head, copy, words, leaves, next, failover }) => {
    const wanted: DesiredTrust = { ...desired, next: next ? B : null, failover: failover ? F : null };
    return {
      wanted,
      observed: running(bundleOf(1, [A, B, F]), { head, copies: copyOf(copy), words, leaves }),
    };
  });

/** Both stores hold what was planned for them. */
function applied(observed: ObservedTrust, wanted: DesiredTrust): ObservedTrust {
  let { head, copies } = observed;
  for (const { kind, bundle } of planTrust(wanted, observed, NOW).steps) {
    if (kind === "publish") head = published(bundle, NOW);
    else copies = copyOf(published(bundle, NOW));
  }
  return { ...observed, head, copies };
}

describe("planTrust, whatever is observed", () => {
  it("has nothing to do once it is applied", () => {
    fc.assert(
      fc.property(anyWorld, ({ wanted, observed }) => {
        expect(planTrust(wanted, applied(observed, wanted), NOW).steps).toEqual([]);
      }),
      runs(2),
    );
  });

  it("does not depend on the order of what was observed", () => {
    fc.assert(
      fc.property(anyWorld, ({ wanted, observed }) => {
        const reversed = <Item>(items: readonly Item[] | "unreadable") =>
          items === "unreadable" ? items : items.toReversed();
        const other = { ...observed, words: reversed(observed.words), leaves: reversed(observed.leaves) };
        expect(planTrust(wanted, other, NOW)).toEqual(planTrust(wanted, observed, NOW));
      }),
      runs(2),
    );
  });

  it("publishes no CA that a copy alone has: only the link's, those of relay's bundle, and remembered ones", () => {
    fc.assert(
      fc.property(anyWorld, fc.subarray([A, B, F]), ({ wanted, observed }, cas) => {
        const { head } = observed;
        const known = [
          ...[wanted.issuing, wanted.next, wanted.failover, ...cas].flatMap((ca) => ca?.id ?? []),
          ...(head.kind === "published" ? head.bundle.authorities.map(({ id }) => id) : []),
        ];
        const { steps } = planTrust(wanted, { ...observed, remembered: cas.map(toRemembered) }, NOW);
        const held = steps.flatMap(({ bundle }) => bundle.authorities.map(({ id }) => id));
        expect(held.filter((id) => !known.includes(id))).toEqual([]);
      }),
      runs(2),
    );
  });

  it("never gives a number that a store has had, nor takes a CA away that a current leaf is from", () => {
    fc.assert(
      fc.property(anyWorld, ({ wanted, observed }) => {
        const { head, copies, leaves } = observed;
        const stores = [head, ...copies.values()].flatMap((store) =>
          store.kind === "published" ? [store.bundle] : [],
        );
        const known = new Set([
          A.id,
          ...stores.flatMap(({ authorities }) => authorities.map(({ id }) => id)),
        ]);
        const [step] = planTrust(wanted, observed, NOW).steps.filter(({ kind }) => kind === "publish");
        if (step === undefined || leaves === "unreadable") return;
        const held = step.bundle.authorities.map(({ id }) => id);
        expect(stores.every(({ number }) => number < step.bundle.number)).toBe(true);
        const first =
          head.kind === "published" ? new Set(head.bundle.authorities.map(({ id }) => id)) : known;
        for (const { issuer } of leaves)
          if (issuer !== "other" && first.has(issuer)) expect(held).toContain(issuer);
      }),
      runs(2),
    );
  });
});
