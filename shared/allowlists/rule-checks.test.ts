import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowlistFaults } from "./checks.ts";
import { DeclaredRule } from "./declared-rule.ts";
import { allowlistsOf } from "./desired.ts";
import { boxOf } from "./nsg-box.ts";
import { AZURE, type DeclaredGroupInput, linkOf } from "./test-declared.ts";

const peers = [
  { cidr: "10.10.1.0/24" },
  { cidr: "fd00:10::/64" },
  { prefixList: "pl-0a1b2c3d" },
  { securityGroup: "sg-0a1b2c3d" },
  { serviceTag: "AzureCloud.uksouth" },
];
const protocols = ["tcp", "udp", "icmp", "icmpv6", "all", 0, 1, 4, 6, 17, 47, 50, 51, 58, 89, 132, 255];
const icmp = fc.record(
  { type: fc.integer({ min: 0, max: 255 }), code: fc.integer({ min: 0, max: 255 }) },
  { requiredKeys: ["type"] },
);
type DeclaredRuleInput = Exclude<DeclaredGroupInput["rules"], undefined>[number];
const declared: fc.Arbitrary<DeclaredRuleInput> = fc.record(
  {
    direction: fc.constantFrom("in", "out"),
    protocol: fc.constantFrom(...protocols),
    ports: fc.constantFrom(443, "8000-8080", "all"),
    icmp,
    peer: fc.constantFrom(...peers),
  },
  { requiredKeys: ["direction", "protocol", "peer"] },
);

describe("the rules of a network security group", () => {
  it("are refused where no such rule can express them, so that what is deployed can be kept true", () => {
    let expressible = 0;
    fc.assert(
      fc.property(declared, (rule) => {
        fc.pre(DeclaredRule.safeParse(rule).success);
        const link = linkOf({ ...AZURE, directions: ["in", "out"], rules: [rule] });
        const boxes = allowlistsOf(link).groups.flatMap(({ rules }) => rules.map(boxOf));
        const isRefused = allowlistFaults(link).length > 0;
        expect(isRefused || !boxes.includes(null)).toBe(true);
        expressible += Number(!isRefused);
      }),
      { numRuns: 2_000 },
    );
    expect(expressible).toBeGreaterThan(100);
  });
});
