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
    expect(written(plan)).toEqual(["allow at 1000: missing", "allow at 1001: missing"]);
    expect(plan.troubles).toContainEqual({
      ...{ kind: "cannot-close", name: "warrener-lab--wide", needs: [BUNNY, OFFICE] },
    });
  });

  it("puts the one wanted rule in the place of an unwanted one that carries it alone", () => {
    const wide = { ...observe("wide", 100, ANY), name: "warrener-lab--wide" };
    const plan = planOf([wide, deny("theirs", 101)], shared);
    expect(written(plan)).toEqual(["allow at 1000: missing", "allow at 100: instead"]);
    expect(plan.changes[1]).toMatchObject({ name: "warrener-lab--wide", etag: "etag of wide" });
    expect(plan.troubles.map(({ kind }) => kind)).not.toContain("cannot-close");
  });

  it("blames no foreign rule for a flow for which the group has no room", () => {
    expect(planOf([deny("theirs", 100)], { ...shared, rulesMax: 1 }).troubles).toEqual([
      { kind: "group-full", rule: BUNNY },
    ]);
  });

  it("takes its own away one by one where what is wanted is there already, and shuts nothing", () => {
    const bad = Array.from({ length: 50 }, (_, index) => ({
      ...observe("bad", 300 + index, { sourceAddressPrefix: "*", destinationPortRange: "22" }),
      name: `warrener-lab--bad-${index}`,
    }));
    const plan = planOf([ours, ...bad], shared);
    expect(plan.changes.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual(
      bad.map(() => "delete: unwanted"),
    );
  });

  it("takes a temporary deny of its own away before its own end, and leaves its end", () => {
    const shut = {
      ...deny("warrener-lab--in-shut", 299),
      description: "Closes what has to go, until that is gone",
    };
    const end = deny("warrener-lab--in-final-deny", 4_096);
    expect(written(planOf([ours, shut, end], shared))).toEqual(["delete warrener-lab--in-shut: redundant"]);
    expect(planOf([ours, shut], shared).changes).toEqual([]);
  });

  it("keeps its own rules that open only together what is wanted", () => {
    const halves = ["10.10.1.0/25", "10.10.1.128/25"].map((sourceAddressPrefix, index) => ({
      ...observe("half", 300 + index, { sourceAddressPrefix }),
      name: `warrener-lab--half-${index}`,
    }));
    expect(planOf(halves, shared).changes).toEqual([]);
  });

  it("takes away its own rules that open nothing alone", () => {
    const narrow = {
      ...observe("narrow", 300, { sourceAddressPrefix: "10.10.1.0/25" }),
      name: "warrener-lab--old",
    };
    expect(written(planOf([ours, narrow], shared))).toEqual(["delete warrener-lab--old: redundant"]);
  });
});
