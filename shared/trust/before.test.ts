import { describe, expect, it } from "vitest";
import { COPIED_REVOKED_MAX, inLine, publishedBefore } from "./before.ts";
import { planTrust } from "./plan.ts";
import { toRemembered } from "./remembered.ts";
import { NUMBER_MAX, type TrustBundle } from "./schema.ts";
import type { Store } from "./state.ts";
import { A, B, bundleOf, caNamed, copyOf, desired, F, NOW, published, running } from "./test-trust.ts";

const serial = (name: string, until = NOW + 900) => ({ serial: name, until });
const absent: Store = { kind: "absent" };
const stores = (head: Store, copy: Store) => running(bundleOf(1, [A]), { head, copies: copyOf(copy) });
const heldBefore = (head: Store, copy: Store) => {
  const { authorities, revoked } = publishedBefore(desired, stores(head, copy), NOW);
  return {
    cas: Object.fromEntries(authorities.map(({ id, closedAt }) => [id[0], closedAt])),
    revoked: revoked.map(({ serial: name, until }) => [name, until]),
  };
};

describe("publishedBefore", () => {
  it("goes by relay's bundle alone while no copy is ahead of it", () => {
    const head = published(bundleOf(5, [B], [serial("1")]));
    expect(heldBefore(head, published(bundleOf(4, [A], [serial("2")])))).toEqual({
      ...{ cas: { b: null }, revoked: [["1", NOW + 900]] },
    });
    const behind = published(bundleOf(4, [A], [serial("2")]));
    expect(publishedBefore(desired, stores(head, behind), NOW).leftOut).toEqual([]);
  });

  it("goes by the copies as soon as one of them is ahead, whatever the others are", () => {
    const [head, ahead] = [published(bundleOf(5, [A])), published(bundleOf(6, [B]))];
    const copies = new Map([
      ["bunny", head],
      ["burrow", ahead],
    ]);
    expect(publishedBefore(desired, { ...stores(head, head), copies }, NOW).authorities).toHaveLength(2);
  });

  it("takes from the last of all bundles when a CA was closed", () => {
    const head = published(bundleOf(100, [A, F]));
    const ahead = published(bundleOf(150, [A, { ...F, closedAt: NOW - 9 }]));
    expect(heldBefore(head, ahead).cas).toEqual({ a: null, f: NOW - 9 });
  });

  it("loses nothing that a copy holds of which relay's store was stepped back", () => {
    const head = published(bundleOf(100, [A], [serial("1"), serial("2", NOW + 5)]));
    const ahead = bundleOf(150, [B, { ...F, closedAt: NOW - 9 }], [serial("2")]);
    expect(heldBefore(head, published(ahead))).toEqual({
      // What had left since goes out once more.
      cas: { a: NOW, b: null, f: NOW - 9 },
      revoked: [
        ["1", NOW + 900],
        ["2", NOW + 900],
      ],
    });
  });

  it("goes by both of two bundles of one number", () => {
    const both = [bundleOf(5, [A]), bundleOf(5, [B])].map((bundle) => published(bundle));
    const [one, other] = both;
    if (one === undefined || other === undefined) throw new Error("two bundles");
    expect(heldBefore(one, other).cas).toEqual({ a: null, b: null });
  });

  it("goes by the copies when relay's store is gone", () => {
    expect(heldBefore(absent, published(bundleOf(4, [A], [serial("2")])))).toEqual({
      ...{ cas: { a: null }, revoked: [["2", NOW + 900]] },
    });
    expect(heldBefore(absent, absent)).toEqual({ cas: {}, revoked: [] });
  });
});

describe("publishedBefore, of a bunny's vault that somebody writes", () => {
  const E = caNamed("e");
  const casOf = (head: Store, copy: Store, remembered = [A, B].map(toRemembered), wanted = desired) =>
    publishedBefore(wanted, { ...stores(head, copy), remembered }, NOW)
      .authorities.map(({ id, pem }) => `${id[0]}: ${pem}`)
      .toSorted();
  const own = ["a: the chain of a", "b: the chain of b"];

  it.each<[string, Store]>([
    ["ahead of relay's", published(bundleOf(4, [A]))],
    ["of the same number as relay's", published(bundleOf(9, [A]))],
    ["and relay's store is gone", absent],
    ["and relay's store is malformed", { kind: "malformed", storeVersion: "x" }],
  ])("leaves out a CA that was never published: a bundle %s", (_case, head) => {
    expect(casOf(head, published(bundleOf(9, [A, B, E])))).toEqual(own);
  });

  it("leaves out another chain under the name of one that was published, and keeps relay's own", () => {
    const forged = { ...B, pem: "another chain" };
    expect(casOf(absent, published(bundleOf(9, [A, forged])))).toEqual(own.slice(0, 1));
    expect(casOf(published(bundleOf(4, [B])), published(bundleOf(9, [A, forged])), [])).toEqual(own);
  });

  it("refuses a serial for as long as the CA lasts that lasts longest, whichever place of the link is its", () => {
    const copy = published(bundleOf(9, [A, B], [serial("1", NOW + 9e8)]));
    const endWith = (changes: Partial<typeof desired>) =>
      publishedBefore({ ...desired, ...changes }, stores(absent, copy), NOW).revoked;
    const longer = { ...F, notAfter: F.notAfter + 1_000 };
    for (const changes of [{ issuing: longer }, { next: longer }, { failover: longer }])
      expect(endWith(changes)).toEqual([serial("1", longer.notAfter + 300)]);
  });

  it("takes over the link's own CAs though nothing is remembered", () => {
    const wanted = { ...desired, next: B, failover: F };
    const copy = published(bundleOf(9, [A, B, F, E]));
    expect(casOf(absent, copy, [], wanted)).toEqual([...own, "f: the chain of f"]);
    expect(casOf(absent, copy, [])).toEqual(own.slice(0, 1));
    // Each that is in relay's bundle, whatever else is in it.
    const head = published(bundleOf(4, [B, F]));
    expect(casOf(head, copy, [])).toEqual([...own, "f: the chain of f"]);
  });

  it("refuses what it refuses, for no longer than the CAs last, and leaves places for what is ordered", () => {
    const many = Array.from({ length: 200 }, (_, index) => serial((index + 1).toString(16), NOW + 9e8));
    const heldWith = (head: Store) =>
      publishedBefore(desired, stores(head, published(bundleOf(9, [A], many))), NOW);
    const gone = heldWith(absent);
    expect(gone.revoked).toHaveLength(COPIED_REVOKED_MAX);
    expect(gone.leftOut).toHaveLength(200 - COPIED_REVOKED_MAX);
    expect(Math.max(...gone.revoked.map(({ until }) => until))).toBe(A.notAfter + 300);
    const own200 = Array.from({ length: 200 }, (_, index) => serial((index + 1_000).toString(16)));
    const full = heldWith(published(bundleOf(4, [A], own200)));
    expect(full.revoked.map(({ serial: name }) => name).toSorted()).toEqual(
      own200.map(({ serial: name }) => name).toSorted(),
    );
  });
});

describe("planTrust, of a CA that a copy alone has", () => {
  it("never publishes it, writes over the copy, and tells of it", () => {
    const E = caNamed("e");
    const forged = published(bundleOf(9, [A, E]));
    const { steps, troubles } = planTrust(desired, stores(published(bundleOf(4, [A])), forged), NOW);
    expect(steps.map(({ kind, bundle }) => [kind, bundle.number, bundle.authorities.length])).toEqual([
      ["publish", 10, 1],
      ["copy", 10, 1],
    ]);
    expect(troubles).toEqual([{ kind: "foreign-ca", party: "bunny", cas: [E.id] }]);
  });

  it("names the serials that it does not take over, except those that are ordered", () => {
    const many = Array.from({ length: COPIED_REVOKED_MAX + 2 }, (_, index) => serial(`${index + 100}`));
    const observed = stores(absent, published(bundleOf(9, [A], many)));
    const revoked = [{ serial: "251", reason: "KEY_COMPROMISE", notAfter: NOW + 900 }] as const;
    expect(planTrust(desired, { ...observed, revoked }, NOW).troubles).toEqual([
      { kind: "revocations-without-place", serials: ["250"] },
    ]);
  });

  it("tells also of one that is behind relay's, and not of what was published once", () => {
    const told = (copy: Store) => planTrust(desired, stores(published(bundleOf(4, [A])), copy), NOW).troubles;
    expect(told(published(bundleOf(3, [A, caNamed("e")])))).toMatchObject([{ kind: "foreign-ca" }]);
    expect(told(published(bundleOf(3, [A, B])))).toEqual([]);
  });
});

describe("planTrust, of a relay's store that somebody has stepped back", () => {
  it("publishes above the copies what they hold, serials and all", () => {
    const head = published(bundleOf(100, [A]));
    const copy = published(bundleOf(150, [A, { ...F, closedAt: NOW - 500 }], [serial("99")]));
    const { steps } = planTrust(desired, { ...stores(head, copy), leaves: "unreadable" }, NOW);
    expect(steps.map(({ kind, party }) => [kind, party])).toEqual([
      ["publish", "relay"],
      ["copy", "bunny"],
    ]);
    const bundle: TrustBundle | undefined = steps[0]?.bundle;
    expect(bundle).toMatchObject({ number: 151, revoked: [serial("99")] });
    expect(bundle?.authorities.map(({ id, closedAt }) => [id[0], closedAt])).toEqual([
      ["a", null],
      ["f", NOW - 500],
    ]);
  });
});

describe("inLine", () => {
  const kinds = (head: Store, copy: Store) => {
    const seen = inLine(stores(head, copy));
    return [seen.head.kind, seen.copies.get("bunny")?.kind];
  };
  const at = (number: number) => published(bundleOf(number, [A]));

  it("takes what is over 10,000 above the others for no bundle, and nothing else", () => {
    expect(kinds(at(10_005), at(5))).toEqual(["published", "published"]);
    expect(kinds(at(10_006), at(5))).toEqual(["malformed", "published"]);
    expect(kinds(at(5), at(10_005))).toEqual(["published", "published"]);
    expect(kinds(at(5), at(10_006))).toEqual(["published", "malformed"]);
    expect(kinds(at(10_006), absent)).toEqual(["published", "absent"]);
    expect(kinds(absent, at(10_006))).toEqual(["absent", "published"]);
  });

  it("takes relay's store for in line that is so with the highest of the copies", () => {
    const copies = new Map([
      ["bunny", at(5)],
      ["burrow", at(9_000)],
    ]);
    expect(inLine({ ...stores(at(19_000), at(5)), copies }).head.kind).toBe("published");
    expect(inLine({ ...stores(at(19_001), at(5)), copies }).head.kind).toBe("malformed");
  });

  it("keeps the plan from an error where the last of all numbers is in every store", () => {
    const last = bundleOf(NUMBER_MAX, [A]);
    expect(planTrust(desired, stores(published(last), published(last)), NOW)).toMatchObject({
      ...{ steps: [], troubles: [{ kind: "numbers-used-up" }] },
    });
  });
});
