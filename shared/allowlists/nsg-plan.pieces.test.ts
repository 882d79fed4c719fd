/** Of a wanted rule that others cut into more pieces than are counted. */
import { describe, expect, it } from "vitest";
import { deny, observe, planOf, rule, written } from "./test-nsg-plan.ts";

describe("planNetworkSecurityGroup, of a wanted rule in too many pieces to count", () => {
  const everyone = rule("0.0.0.0/0", { protocol: "all", ports: null });
  const group = { rules: [everyone] };
  const few = observe("few", 100, {
    ...{ protocol: "*", sourceAddressPrefix: "10.0.0.0/31" },
    ...{ destinationPortRange: "", destinationPortRanges: ["443", "444", "22-30"] },
  });
  const tag = deny("tag", 101, { protocol: "Tcp", sourceAddressPrefix: "Storage" });
  const some = observe("some", 102, { sourceAddressPrefix: "10.0.0.0/29", destinationPortRange: "*" });
  const whole = observe("whole", 1_000, {
    ...{ protocol: "*", sourceAddressPrefix: "0.0.0.0/0", destinationPortRange: "*" },
  });
  const end = deny("end", 4_096);

  it("leaves its Allow where it is, though a Deny is before that, and takes the Deny away", () => {
    expect(written(planOf([few, tag, some, whole, end], { group }))).toEqual(["delete tag: blocking"]);
  });

  it("moves nothing back and forth where nothing could be done about the Deny", () => {
    const full = planOf([few, tag, some, whole], { group, rulesMax: 4 });
    expect(full.changes.filter(({ reason }) => reason === "too-late")).toEqual([]);
  });
});
