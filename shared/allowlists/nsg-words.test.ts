import { describe, expect, it } from "vitest";
import type { NsgChange } from "./nsg-draft.ts";
import type { NsgPlan } from "./nsg-plan.ts";
import { nsgRuleText, toldNsgChange, toldNsgTroubles } from "./nsg-words.ts";
import { allowOf } from "./nsg-write.ts";
import { ruleKey } from "./rule-key.ts";
import { ALLOW, BUNNY, deny, END, OFFICE, observe, planOf, rule } from "./test-nsg-plan.ts";

describe("nsgRuleText", () => {
  it.each([
    BUNNY,
    rule("fd00::/64", { protocol: "udp", ports: { from: 1, to: 9 } }),
    rule("10.0.0.1/32", { protocol: "50", ports: null, direction: "out" }),
    { ...OFFICE, protocol: "all", ports: null },
    {
      ...BUNNY,
      direction: "out" as const,
      peer: { kind: "service-tag" as const, tag: "AzureCloud.uksouth" },
    },
  ])("is the link's own text for a rule that we write", (wanted) => {
    const written = allowOf(wanted, { name: "x", etag: null, priority: 100 });
    expect(nsgRuleText(written)).toBe(ruleKey(wanted));
  });

  it("names all that somebody's rule says, and is bounded", () => {
    const more = { destinationPortRanges: ["443", "8443"], sourcePortRange: "1024-2000" };
    const odd = observe("odd", 300, {
      ...more,
      destinationPortRange: "",
      destinationAddressPrefix: "10.1.0.4",
    });
    expect(nsgRuleText(odd)).toBe("in tcp 443,8443 10.10.1.0/24 for 10.1.0.4/32 from ports 1024-2000");
    const groups = observe("asg", 300, { sourceApplicationSecurityGroups: [{ id: "/x/y/asg-web" }] });
    expect(nsgRuleText(groups)).toBe("in tcp 443 10.10.1.0/24,asg-web");
    const prefixes = Array.from({ length: 200 }, (_, index) => `10.0.${index}.0/24`);
    expect(nsgRuleText(observe("many", 300, { sourceAddressPrefixes: prefixes }))).toHaveLength(300);
  });
});

describe("toldNsgChange", () => {
  const put = (name: string, reason: "missing" | "final-deny" | "instead", put = ALLOW): NsgChange => ({
    kind: "put",
    name,
    etag: null,
    reason,
    rule: { ...put, name },
  });
  const gone = (name: string, reason: "unwanted" | "blocking"): NsgChange => ({
    kind: "delete",
    name,
    etag: null,
    reason,
  });

  it.each([
    ["a new Allow opens", put("a", "missing"), null, "open"],
    ["a new Deny closes", put("a", "final-deny", END), null, "close"],
    ["another value for a rule does both", put("a", "instead"), ALLOW, "rewrite"],
    ["an Allow that goes closes", gone("a", "unwanted"), ALLOW, "close"],
    ["a Deny that goes opens", gone("a", "blocking"), deny("a", 100), "open"],
  ] as const)("tells what a write does: %s", (_what, change, before, kind) => {
    expect(toldNsgChange({ change, before })).toMatchObject({ kind, id: "a", reason: change.reason });
  });
});

describe("toldNsgTroubles", () => {
  const told = (plan: NsgPlan) => toldNsgTroubles(plan);

  it("tells which Deny of somebody else is in the way of what", () => {
    const plan = planOf([deny("corporate", 100)], { group: { own: "marked" } });
    expect(told(plan)).toEqual([{ kind: "blocked", rules: ["in tcp 443 10.10.1.0/24 by corporate"] }]);
  });

  it("tells what found no room in a full group", () => {
    const plan = planOf([observe("foreign", 100, { sourceAddressPrefix: "10.9.0.0/16" })], {
      group: { own: "marked" },
      rulesMax: 1,
    });
    expect(told(plan)).toEqual([{ kind: "group-full", rules: ["in tcp 443 10.10.1.0/24"] }]);
  });

  it("tells that there is no such group", () => {
    expect(told(planOf(null))).toEqual([{ kind: "no-such-group", rules: [] }]);
  });

  it("tells which rules no NSG can hold", () => {
    const icmp = rule("10.0.0.0/8", { protocol: "icmpv6", ports: null });
    expect(told(planOf([], { group: { rules: [icmp] } }))).toEqual([
      { kind: "not-expressible", rules: [ruleKey(icmp)] },
    ]);
  });
});
