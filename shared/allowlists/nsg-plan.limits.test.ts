/** How much one run does: what is left over comes with the next, which looks anew. */
import { describe, expect, it } from "vitest";
import { NSG_CHANGES_MAX } from "./nsg-draft.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import { ALLOW, ANY, deny, END, groupOf, NOW, observe, planOf, rule, written } from "./test-nsg-plan.ts";

const bad = (priority: number) =>
  observe(`bad-${priority}`, priority, {
    ...{ sourceAddressPrefix: "*", destinationPortRange: String(1_000 + priority) },
  });
const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => bad(from + index));
const partly = (index: number) => deny(`block-${index}`, 100 + index, { destinationPortRange: "443" });

describe("planNetworkSecurityGroup, of more than one run does", () => {
  it("takes so many Denys away, and says nothing of those that are left", () => {
    const denies = Array.from({ length: 120 }, (_, index) => partly(index));
    const plan = planOf([...denies, END]);
    expect(plan.changes).toHaveLength(NSG_CHANGES_MAX);
    expect(plan).toMatchObject({ isMore: true, troubles: [] });
  });

  it("tells what is in the way of a wanted flow only when it has time to take it away", () => {
    const rules = Array.from({ length: NSG_CHANGES_MAX }, (_, index) => rule(`10.20.${index}.0/24`));
    const planWith = (wanted: typeof rules) =>
      planNetworkSecurityGroup({
        ...{ link: "lab", desired: groupOf({ rules: [rule("10.10.1.0/24"), ...wanted] }), now: NOW },
        observed: [deny("held-fast", 100, { sourceAddressPrefix: "10.10.1.0/24" }), ALLOW, END],
        consent: { shrinkMax: 0, lastApplied: [], accepted: null },
        untouchable: new Set(["held-fast"]),
      });
    expect(planWith(rules)).toMatchObject({ isMore: true, troubles: [] });
    expect(planWith([])).toMatchObject({
      isMore: false,
      troubles: [{ kind: "blocked", by: "held-fast" }],
    });
  });

  it("leaves the temporary deny for the next run when this one has taken away what is behind it", () => {
    const wall = {
      ...deny("warrener-lab--in-shut", 299),
      description: "Closes what has to go, until that is gone",
    };
    const plan = planOf([ALLOW, wall, ...many(300, NSG_CHANGES_MAX), END]);
    expect(plan.changes.map(({ reason }) => reason)).toEqual(
      Array.from({ length: NSG_CHANGES_MAX }, () => "unwanted"),
    );
    expect(plan.isMore).toBe(true);
  });

  it("writes no rule a second time that it has only just written: nobody knows its etag yet", () => {
    const part = deny("part", 104, { sourceAddressPrefix: "10.10.1.0/25" });
    const wide = many(1_002, 5).map(({ name, priority }) => observe(name, priority, ANY));
    const plan = planOf([part, ...wide], { rulesMax: 6 });
    expect(plan.troubles).toEqual([{ kind: "group-full", rule: null }]);
    expect(written(plan)).toEqual([
      "allow at 1002: instead",
      "deny at 1003: shut",
      "delete part: blocking",
      "delete bad-1004: unwanted",
      "delete bad-1005: unwanted",
      "delete bad-1006: unwanted",
    ]);
  });
});
