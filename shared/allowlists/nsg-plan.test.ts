import { describe, expect, it } from "vitest";
import { NSG_CHANGES_MAX } from "./nsg-draft.ts";
import {
  ALLOW,
  ANY,
  BUNNY,
  deny,
  END,
  NOW,
  OFFICE,
  OPEN,
  observe,
  planOf,
  rule,
  written,
} from "./test-nsg-plan.ts";

describe("planNetworkSecurityGroup", () => {
  it("opens what is wanted, then ends the direction in a deny", () => {
    const plan = planOf([]);
    expect(written(plan)).toEqual(["allow at 1000: missing", "deny at 4096: final-deny"]);
    expect(plan.changes.map(({ etag }) => etag)).toEqual([null, null]);
    expect(plan.drift).toMatchObject([
      { kind: "closed", reason: "missing", rule: BUNNY },
      { kind: "open-by-default", direction: "in" },
    ]);
  });

  it("leaves rules as they are, whatever their names and spelling, when they say what is wanted", () => {
    const plan = planOf([
      observe("theirs", 200, {
        sourceAddressPrefix: "",
        sourceAddressPrefixes: ["10.10.1.77/24"],
        protocol: "TCP",
      }),
      END,
    ]);
    expect(plan).toMatchObject({ changes: [], drift: [], troubles: [], refused: null });
  });

  it("leaves a Deny that closes nothing wanted", () => {
    expect(planOf([ALLOW, deny("late", 3_000), END]).changes).toEqual([]);
  });

  it("takes what is unwanted away, with the etag that was observed", () => {
    const plan = planOf([ALLOW, OPEN, END]);
    expect(plan.changes).toEqual([
      { kind: "delete", name: "open", etag: "etag of open", reason: "unwanted" },
    ]);
    expect(plan.drift).toMatchObject([{ kind: "open", reason: "unwanted", observed: { name: "open" } }]);
  });

  it("moves an Allow ahead of a Deny that came before it", () => {
    const plan = planOf([deny("block", 150), ALLOW, END]);
    expect(written(plan)).toEqual(["allow at 149: too-late"]);
    expect(plan.changes[0]?.reason).toBe("too-late");
    expect(plan.drift).toMatchObject([{ kind: "closed", by: ["block"] }]);
  });

  it("takes a Deny away when nothing is free before it, once what it keeps closed is gone", () => {
    expect(written(planOf([deny("block", 100), OPEN, END]))).toEqual([
      "allow at 1000: missing",
      "delete open: unwanted",
      "delete block: blocking",
    ]);
  });

  it("takes Denys away from the last to the first, so that each finds only what is wanted behind it", () => {
    const group = { rules: [BUNNY, OFFICE] };
    const observed = [deny("first", 100), observe("open", 101, ANY), deny("second", 102), END];
    expect(written(planOf(observed, { group }))).toEqual([
      "allow at 1000: missing",
      "allow at 1001: missing",
      "delete second: blocking",
      "delete open: unwanted",
      "delete first: blocking",
    ]);
  });

  it("makes a new end where the old one leaves no room before it", () => {
    expect(written(planOf([deny("lock-out", 100)]))).toEqual([
      "allow at 1000: missing",
      "deny at 4096: final-deny",
      "delete lock-out: blocking",
    ]);
  });

  it("writes no rule for what another wanted rule opens", () => {
    const whole = rule("10.10.1.0/24", { protocol: "all", ports: null });
    const part = rule("10.10.1.0/24", { protocol: "50", ports: null });
    expect(written(planOf([END], { group: { rules: [part, whole] } }))).toEqual(["allow at 1000: missing"]);
  });

  it("does not count on an Allow that would come after the final deny", () => {
    expect(written(planOf([observe("last", 4_096)]))).toEqual([
      "allow at 1000: too-late",
      "deny at 4095: final-deny",
    ]);
  });

  it("ends no direction in a deny before what a default rule may open has found room", () => {
    const out = { direction: "Outbound", sourceAddressPrefix: "*", destinationAddressPrefix: "*" } as const;
    const observed = [deny("block", 150, out), observe("wide", 300, out), deny("end-out", 4_096, out)];
    const office = rule("192.0.2.0/24", { direction: "out" });
    const plan = planOf(observed, {
      group: { directions: ["in", "out"], rules: [BUNNY, office] },
      rulesMax: 3,
    });
    // The other direction makes room, but only after the wish of this one has found none.
    expect(plan.changes).toMatchObject([
      { kind: "put", name: "wide", reason: "instead" },
      { kind: "delete" },
    ]);
    expect(plan.changes).not.toContainEqual(
      expect.objectContaining({ rule: expect.objectContaining({ direction: "in", access: "deny" }) }),
    );
    expect(plan.troubles).toContainEqual({ kind: "group-full", rule: BUNNY });
  });

  it("may be blocked by a tag, whose addresses it does not know", () => {
    expect(written(planOf([deny("block", 150, { sourceAddressPrefix: "Internet" }), ALLOW, END]))).toEqual([
      "allow at 149: too-late",
    ]);
  });

  it("frees a slot of a full group from what is unwanted before it opens what is wanted", () => {
    expect(written(planOf([OPEN, END], { rulesMax: 2 }))).toEqual([
      "delete open: unwanted",
      "allow at 1000: missing",
    ]);
  });

  it("puts a wanted rule in the place of one that is too wide where nothing can go", () => {
    const wide = observe("wide", 200, { destinationPortRange: "*" });
    const plan = planOf([wide, END], { rulesMax: 2 });
    expect(plan.changes).toMatchObject([
      {
        kind: "put",
        name: "wide",
        etag: "etag of wide",
        rule: { priority: 200, destination: { ports: ["443"] } },
      },
    ]);
    expect(plan.drift).toMatchObject([{ kind: "closed" }, { kind: "open", reason: "too-wide" }]);
  });

  it("says so when a full group has nothing that could go", () => {
    const block = deny("block", 100, { sourceAddressPrefix: "192.0.2.0/24" });
    expect(planOf([block], { rulesMax: 1 })).toMatchObject({
      changes: [],
      troubles: [
        { kind: "group-full", rule: BUNNY },
        { kind: "group-full", rule: null },
      ],
    });
  });

  it("closes what was never wanted however much it is, a bounded number of rules at a time", () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      observe(`bad-${index}`, 300 + index, { destinationPortRange: String(1_000 + index) }),
    );
    const plan = planOf([ALLOW, ...many, END]);
    expect(plan).toMatchObject({ isMore: true, awaitingConsent: [], troubles: [] });
    expect(plan.changes).toHaveLength(NSG_CHANGES_MAX);
    expect(plan.drift).toHaveLength(200);
  });

  it("writes again, where it is, a wanted rule that Azure says is not in effect", () => {
    const plan = planOf([{ ...ALLOW, isInEffect: false }, END]);
    expect(plan.changes).toMatchObject([{ kind: "put", name: "allow-bunny", rule: { priority: 200 } }]);
  });

  it("touches nothing of a direction that the group does not look after", () => {
    expect(planOf([ALLOW, END, observe("out", 100, { direction: "Outbound", ...ANY })]).changes).toEqual([]);
  });

  it("refuses what an NSG cannot say, and plans nothing at all", () => {
    const ping = rule("10.10.1.0/24", { protocol: "icmp", ports: { from: 2_048, to: 2_048 } });
    const list = { ...BUNNY, peer: { kind: "prefix-list", id: "pl-0a1b2c3d" } } as const;
    for (const wanted of [ping, list, rule("fd00::/64", { protocol: "icmpv6", ports: null })]) {
      expect(planOf([OPEN], { group: { rules: [wanted] } })).toMatchObject({
        changes: [],
        refused: { reason: "not-expressible", rules: [wanted] },
      });
    }
  });

  it("does not take an NSG that is gone for one without rules", () => {
    const exception = { rule: BUNNY, author: "alice", reason: "move", until: NOW + 60 };
    expect(planOf(null, { group: { exceptions: [exception] } })).toEqual({
      ...{ changes: [], isMore: false, drift: [], troubles: [], awaitingConsent: [], withheld: null },
      ...{ refused: { reason: "no-such-group" }, nextAt: NOW + 60 },
    });
  });
});
