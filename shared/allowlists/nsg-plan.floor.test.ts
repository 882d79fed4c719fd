/** Where a direction that is all ours ends. */
import { describe, expect, it } from "vitest";
import { ALLOW, BUNNY, deny, END, OFFICE, observe, planOf, written } from "./test-nsg-plan.ts";

describe("planNetworkSecurityGroup, of a direction's end", () => {
  const end = deny("early-end", 101);

  it("leaves it where it is when all that is wanted passes before it, however little room is left", () => {
    const plan = planOf([observe("allow-bunny", 100), end]);
    expect(plan).toMatchObject({ changes: [], troubles: [] });
  });

  it("opens before it what has just room enough there", () => {
    const plan = planOf([end]);
    expect(written(plan)).toEqual(["allow at 100: missing"]);
    expect(plan.troubles).toEqual([]);
  });

  it("makes another one at the very end when what is wanted has too little room before it", () => {
    expect(written(planOf([end], { group: { rules: [BUNNY, OFFICE] } }))).toEqual([
      "allow at 100: missing",
      "allow at 1000: missing",
      "deny at 4096: final-deny",
      "delete early-end: blocking",
    ]);
  });

  it("says nothing of it where one stands", () => {
    expect(planOf([ALLOW, END])).toMatchObject({ changes: [], troubles: [] });
    expect(planOf([])).toMatchObject({ troubles: [] });
  });
});
