import { describe, expect, it } from "vitest";
import { ALLOW, ANY, BUNNY, deny, OFFICE, OPEN, observe, planOf, written } from "./test-nsg-plan.ts";

describe("planNetworkSecurityGroup in a group that is not its own", () => {
  const shared = { group: { own: "marked" } } as const;
  const ours = { ...ALLOW, name: "warrener-lab--in-tcp-443-00000000" };

  it("adds its own rules ahead of a foreign Deny, ends nothing in a deny, and touches nothing else", () => {
    expect(written(planOf([OPEN, deny("theirs", 500)], shared))).toEqual(["allow at 499: missing"]);
  });

  it("names the foreign rule that closes a wanted flow, and leaves it", () => {
    expect(planOf([deny("theirs", 100), ours], shared)).toMatchObject({
      changes: [],
      troubles: [{ kind: "blocked", rule: BUNNY, by: "theirs" }],
    });
  });

  it("does not take the rules of another link for its own", () => {
    const others = { ...OPEN, name: "warrener-lab-two--in-tcp-22-00000000" };
    expect(planOf([ours, others], shared).changes).toEqual([]);
    expect(written(planOf([ours, { ...OPEN, name: "Warrener-LAB--x" }], shared))).toEqual([
      "delete Warrener-LAB--x: unwanted",
    ]);
  });

  it("keeps what is unwanted open rather than closing wanted flows with it", () => {
    const both = { ...shared, group: { ...shared.group, rules: [BUNNY, OFFICE] } };
    const wide = { ...observe("wide", 100, ANY), name: "warrener-lab--wide" };
    const plan = planOf([wide, deny("theirs", 101)], both);
    expect(plan.changes.filter(({ kind }) => kind === "delete")).toEqual([]);
    expect(plan.troubles).toContainEqual(
      expect.objectContaining({ kind: "cannot-close", name: "warrener-lab--wide" }),
    );
  });

  it("takes away its own rules that open nothing alone", () => {
    const narrow = {
      ...observe("narrow", 300, { sourceAddressPrefix: "10.10.1.0/25" }),
      name: "warrener-lab--old",
    };
    expect(written(planOf([ours, narrow], shared))).toEqual(["delete warrener-lab--old: redundant"]);
  });
});
