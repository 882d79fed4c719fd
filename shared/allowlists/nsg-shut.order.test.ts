/** What is shut by one deny, and what before that. */
import { describe, expect, it } from "vitest";
import { ALLOW, ANY, BUNNY, deny, END, OFFICE, observe, planOf, written } from "./test-nsg-plan.ts";

const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    observe(`bad-${from + index}`, from + index, {
      ...{ sourceAddressPrefix: "*", destinationPortRange: String(1_000 + index) },
    }),
  );

describe("planNetworkSecurityGroup, of unwanted rules", () => {
  it("closes what is open in one direction before it takes away what is shut in the other", () => {
    const out = { direction: "Outbound", ...ANY };
    const observed = [
      ALLOW,
      ...many(300, 5),
      END,
      observe("open-out", 300, out),
      deny("end-out", 4_096, out),
    ];
    const plan = planOf(observed, { group: { directions: ["in", "out"] } });
    expect(written(plan).slice(0, 3)).toEqual([
      "deny at 299: shut",
      "delete open-out: unwanted",
      "delete bad-300: unwanted",
    ]);
  });

  it("shuts them once what is wanted is open, where opening it first would make the deny cost more than it brings", () => {
    const plan = planOf([...many(3_000, 5), END], { group: { rules: [BUNNY, OFFICE] } });
    expect(written(plan).slice(0, 4)).toEqual([
      "allow at 1000: missing",
      "allow at 1001: missing",
      "deny at 2999: shut",
      "delete bad-3000: unwanted",
    ]);
  });
});
