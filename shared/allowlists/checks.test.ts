import { describe, expect, it } from "vitest";
import { allowlistFaults, exceptionsOver } from "./checks.ts";
import { AWS, AZURE, type DeclaredGroupInput, EXCEPTION, linkOf, RULE } from "./test-declared.ts";

const faults = (...groups: DeclaredGroupInput[]): string[] =>
  allowlistFaults(linkOf(...groups)).map(({ path, message }) => `${path}: ${message}`);
const GROUP = "allowlists.groups[0]";
const END = 1_896_112_800;

describe("allowlistFaults", () => {
  it("finds none in the defaults, and in a rule of each kind", () => {
    const peers = [
      { prefixList: "pl-0a1b2c3d" },
      { securityGroup: "sg-0a1b2c3d" },
      { cidr: "fc00::/7" },
      { cidr: "10.0.0.0/8" },
    ];
    expect(faults(AWS, AZURE)).toEqual([]);
    expect(
      faults({
        ...AWS,
        rules: [
          ...peers.map((peer) => ({ ...RULE, peer })),
          { direction: "out", protocol: "all", peer: { cidr: "0.0.0.0/0" } },
        ],
        exceptions: [EXCEPTION],
      }),
    ).toEqual([]);
    expect(
      faults({ ...AZURE, rules: [{ ...RULE, direction: "out", peer: { serviceTag: "Internet" } }] }),
    ).toEqual([]);
  });

  it("refuses one name, and one group, for two", () => {
    expect(faults(AWS, { ...AWS, group: "sg-00000000" })).toEqual([
      'allowlists.groups[1].name: "relay" is already the group at allowlists.groups[0].name: each group of a link needs its own name',
    ]);
    const other = { ...AZURE, name: "other", group: { resourceGroup: "Network", nsg: "AKS" } };
    expect(faults(AZURE, other)).toEqual([
      'allowlists.groups[1].group: "network/aks" is already the target at allowlists.groups[0].group: two groups would undo each other\'s changes: put their rules into one',
    ]);
  });

  it.each<[what: string, group: DeclaredGroupInput, path: string, message: string]>([
    [
      "a rule that is written twice, each time otherwise",
      {
        ...AWS,
        rules: [RULE, { ...RULE, protocol: "6", peer: { cidr: "10.10.1.7/24" }, description: "again" }],
      },
      "rules[1]",
      `"in tcp 443 10.10.1.0/24" is already the rule at ${GROUP}.rules[0]: write it once`,
    ],
    [
      "networks of pods beside rules of its own",
      { ...AZURE, pods: ["10.244.0.0/16"], rules: [] },
      "pods",
      "is for the rules that a group has without any declared: write a rule for each, or leave rules out",
    ],
    [
      "a rule of a direction that nobody looks after",
      { ...AWS, directions: ["out"], rules: [RULE] },
      "rules[0].direction",
      'is "in", of which the group\'s directions say that nobody looks after it: add it to them, or leave the rule out',
    ],
    [
      "a service tag in AWS",
      { ...AWS, rules: [{ ...RULE, peer: { serviceTag: "AzureCloud" } }] },
      "rules[0].peer",
      "is a service tag, which is Azure's: a security group takes cidr, prefixList or securityGroup",
    ],
    [
      "a prefix list in Azure",
      { ...AZURE, rules: [{ ...RULE, peer: { prefixList: "pl-0a1b2c3d" } }] },
      "rules[0].peer",
      "is AWS's: a network security group takes cidr or serviceTag",
    ],
    [
      "relay open to everyone",
      { ...AWS, rules: [{ ...RULE, peer: { cidr: "0.0.0.0/0" } }] },
      "rules[0].peer",
      '"0.0.0.0/0" would let in a part of the internet, or all of it: name the networks that are meant, none wider than /8',
    ],
    [
      "relay open to all of IPv6",
      { ...AWS, rules: [{ ...RULE, peer: { cidr: "::/0" } }] },
      "rules[0].peer",
      '"::/0" would let in a part of the internet, or all of it: name the networks that are meant, none wider than /7',
    ],
    [
      "relay open to half of everyone, for a time",
      { ...AWS, exceptions: [{ ...EXCEPTION, rule: { ...RULE, peer: { cidr: "128.0.0.0/1" } } }] },
      "exceptions[0].rule.peer",
      '"128.0.0.0/1" would let in a part of the internet, or all of it: name the networks that are meant, none wider than /8',
    ],
    [
      "bunny open to the internet",
      { ...AZURE, rules: [{ ...RULE, peer: { serviceTag: "internet" } }] },
      "rules[0].peer",
      "would let the whole internet in: name the networks that are meant",
    ],
    [
      "everything of relay open",
      { ...AWS, rules: [{ direction: "in", protocol: "all", peer: { cidr: "10.10.1.0/24" } }] },
      "rules[0].protocol",
      "would open everything to 10.10.1.0/24: name the protocol and the ports",
    ],
    [
      "a protocol that Azure cannot tell",
      { ...AZURE, rules: [{ direction: "out", protocol: "gre", peer: { cidr: "10.0.0.0/16" } }] },
      "rules[0].protocol",
      "is 47, which a network security group cannot tell from others: it takes tcp, udp, icmp, 50 (ESP), 51 (AH) or all",
    ],
    [
      "an ICMP type in Azure",
      {
        ...AZURE,
        rules: [{ direction: "in", protocol: "icmp", icmp: { type: 8 }, peer: { cidr: "10.0.0.0/16" } }],
      },
      "rules[0].protocol",
      "has an ICMP type, which a network security group does not look at: leave icmp out, or the rule",
    ],
    [
      "ICMP over IPv6",
      { ...AWS, rules: [{ direction: "in", protocol: "icmp", peer: { cidr: "fd00::/64" } }] },
      "rules[0].protocol",
      "is icmp, which IPv6 has not: write icmpv6",
    ],
    [
      "ICMPv6 over IPv4",
      { ...AWS, rules: [{ direction: "in", protocol: "icmpv6", peer: { cidr: "10.0.0.0/16" } }] },
      "rules[0].protocol",
      "is icmpv6, which IPv4 has not: write icmp",
    ],
    [
      "a quotation mark in a description, in AWS",
      { ...AWS, rules: [{ ...RULE, description: 'say "bunny"' }] },
      "rules[0].description",
      "is none that AWS takes: at most 255 letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = ; { } ! $ *",
    ],
    [
      "a long description in Azure",
      { ...AZURE, rules: [{ ...RULE, description: "x".repeat(141) }] },
      "rules[0].description",
      "has 141 characters, and Azure takes 140: shorten it",
    ],
    [
      "an exception for what is allowed for good",
      { ...AWS, exceptions: [{ ...EXCEPTION, rule: { ...RULE, peer: { cidr: "10.10.1.7/32" } } }] },
      "exceptions[0].rule",
      '"in tcp 443 10.10.1.7/32" is allowed by the group\'s rules already, for good: leave the exception out, or narrow the rules',
    ],
    [
      "an exception that never begins",
      { ...AWS, exceptions: [{ ...EXCEPTION, from: "2030-01-31T18:00Z" }] },
      "exceptions[0].until",
      "is not after from (2030-01-31T18:00:00Z): the exception would never begin",
    ],
    [
      "two exceptions for one rule and time",
      { ...AWS, exceptions: [EXCEPTION, { ...EXCEPTION, author: "bob" }] },
      "exceptions[1]",
      `is for the same rule and time as ${GROUP}.exceptions[0]: write one with the later end`,
    ],
    [
      "more rules than the quota, with an exception",
      { ...AWS, rulesMax: 1, exceptions: [EXCEPTION] },
      "rules",
      'and the exceptions are 2 for "in ipv4", over the quota of 1: merge some, or raise the quota in AWS and then rulesMax',
    ],
    [
      "more rules than an NSG takes",
      {
        ...AZURE,
        rules: Array.from({ length: 997 }, (_, n) => ({
          ...RULE,
          peer: { cidr: `10.${n >> 8}.${n & 255}.0/24` },
        })),
      },
      "rules",
      "and the exceptions are 997, and a network security group takes 996 beside those that Warrener needs: merge some",
    ],
  ])("refuses %s", (_, group, path, message) => {
    expect(faults(group)).toEqual([`${GROUP}.${path}: ${message}`]);
  });

  it("takes two exceptions for one rule, one after the other", () => {
    const next = { ...EXCEPTION, from: "2030-01-31T18:00Z", until: "2030-02-01T18:00Z" };
    expect(faults({ ...AWS, exceptions: [EXCEPTION, next] })).toEqual([]);
  });

  it("counts the families and directions of a security group apart, and a reference in both families", () => {
    const ipv6 = { ...RULE, peer: { cidr: "fd00::/64" } };
    const egress = { ...RULE, direction: "out" as const };
    expect(faults({ ...AWS, rulesMax: 1, rules: [RULE, ipv6, egress] })).toEqual([]);
    const reference = { ...RULE, peer: { securityGroup: "sg-0a1b2c3d" } };
    expect(faults({ ...AWS, rulesMax: 1, rules: [RULE, ipv6, reference] })).toHaveLength(2);
  });
});

describe("exceptionsOver", () => {
  const link = linkOf({ ...AWS, exceptions: [EXCEPTION] });

  it("refuses an exception from the second in which it is over", () => {
    expect(exceptionsOver(link, END)).toEqual([
      {
        path: `${GROUP}.exceptions[0].until`,
        message:
          "was over at 2030-01-31T18:00:00Z: leave the exception out, or give it a new end and a reason for it",
      },
    ]);
    expect(exceptionsOver(link, END - 1)).toEqual([]);
  });

  it("is no fault of a link that is deployed already, whose exceptions end while it runs", () => {
    expect(allowlistFaults(link)).toEqual([]);
  });
});
