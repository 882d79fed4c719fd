/** Where relay has more than one bunny. */
import { describe, expect, it } from "vitest";
import { planTrust } from "./plan.ts";
import type { DesiredTrust, Store } from "./state.ts";
import { A, bundleOf, caNamed, desired, NOW, published, running } from "./test-trust.ts";

const names = ["burrow", "bunny"];
const wanted: DesiredTrust = {
  ...desired,
  bunnies: names.map((name) => ({ name, proof: "observed" })),
};
const copiesOf = (store: Store) => new Map(names.map((name) => [name, store]));

describe("planTrust, of several bunnies", () => {
  it("copies what relay's store holds to each of them, by name", () => {
    const observed = running(bundleOf(4, [A]), { copies: copiesOf({ kind: "absent" }) });
    expect(planTrust(wanted, observed, NOW).steps.map(({ kind, party }) => [kind, party])).toEqual([
      ["copy", "bunny"],
      ["copy", "burrow"],
    ]);
  });

  it("tells by name in whose vaults somebody has put a CA", () => {
    const forged = published(bundleOf(3, [A, caNamed("e")]));
    const { troubles } = planTrust(wanted, running(bundleOf(4, [A]), { copies: copiesOf(forged) }), NOW);
    expect(troubles.map((trouble) => ("party" in trouble ? trouble.party : trouble))).toEqual([
      "bunny",
      "burrow",
    ]);
  });
});
