import { describe, expect, it } from "vitest";
import { LinkAllowlists } from "./declared.ts";
import { AWS, AZURE, EXCEPTION, RULE } from "./test-declared.ts";

const parsed = (group: object, rest: object = {}) => LinkAllowlists.parse({ groups: [group], ...rest });
const ruleOf = (rule: object) => parsed({ ...AWS, rules: [{ ...RULE, ...rule }] }).groups[0]?.rules?.[0];

/** Where it is wrong, and what is said of it. */
function faultsOf(group: unknown, rest: object = {}): string[] {
  const { error } = LinkAllowlists.safeParse({ groups: [group], ...rest }, { reportInput: true });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a rule as it is declared", () => {
  it("is canonical", () => {
    expect(ruleOf({ protocol: 6, peer: { cidr: "10.10.1.9/24" } })).toEqual({
      direction: "in",
      protocol: "tcp",
      ports: { from: 443, to: 443 },
      peer: { kind: "cidr", cidr: "10.10.1.0/24" },
      description: "",
    });
  });

  it.each<[what: string, rule: object, canonical: object]>([
    ["a range of ports", { ports: "8000-8080" }, { ports: { from: 8_000, to: 8_080 } }],
    ["a port in text", { ports: "443" }, { ports: { from: 443, to: 443 } }],
    ["port zero", { ports: 0 }, { ports: { from: 0, to: 0 } }],
    ["all ports", { ports: "all" }, { ports: null }],
    ["all ports as a range", { ports: "0-65535" }, { ports: null }],
    ["every protocol", { protocol: "-1", ports: undefined }, { protocol: "all", ports: null }],
    ["a protocol by number", { protocol: 50, ports: undefined }, { protocol: "50", ports: null }],
    ["all of ICMP", { protocol: "icmp", ports: undefined }, { protocol: "icmp", ports: null }],
    [
      "a type of ICMP",
      { protocol: "icmp", ports: undefined, icmp: { type: 8 } },
      { ports: { from: 2_048, to: 2_303 } },
    ],
    [
      "a type and code of zero",
      { protocol: "icmp", ports: undefined, icmp: { type: 0, code: 0 } },
      { ports: { from: 0, to: 0 } },
    ],
    ["IPv6", { peer: { cidr: "FD00:0:0:0::1/64" } }, { peer: { kind: "cidr", cidr: "fd00::/64" } }],
    ["one address", { peer: { cidr: "203.0.113.7" } }, { peer: { kind: "cidr", cidr: "203.0.113.7/32" } }],
    [
      "a prefix list",
      { peer: { prefixList: "pl-0a1b2c3d" } },
      { peer: { kind: "prefix-list", id: "pl-0a1b2c3d" } },
    ],
    [
      "a group of another account",
      { peer: { securityGroup: "sg-0a1b2c3d", account: "111122223333" } },
      { peer: { kind: "security-group", id: "sg-0a1b2c3d", account: "111122223333" } },
    ],
    [
      "a service tag",
      { peer: { serviceTag: "AzureCloud.uksouth" } },
      { peer: { kind: "service-tag", tag: "AzureCloud.uksouth" } },
    ],
  ])("may be %s", (_, rule, canonical) => {
    expect(ruleOf(rule)).toMatchObject(canonical);
  });

  const PORTS = 'must be a port such as 443, a range such as "8000-8080", or "all"';
  const PEER =
    'must be one of { cidr: "10.10.1.0/24" }, { prefixList: "pl-…" }, { securityGroup: "sg-…" } and { serviceTag: "AzureMonitor" }';
  it.each<[what: string, rule: object, fault: string]>([
    ["another direction", { direction: "both" }, '.direction: must be "in" or "out"'],
    [
      "an unknown protocol",
      { protocol: "http" },
      '.protocol: "http" is no protocol: it must be tcp, udp, icmp, icmpv6, all, or a number from 0 to 255',
    ],
    ["no ports", { ports: undefined }, `: names no ports: it ${PORTS}`],
    ["a port too high", { ports: 65_536 }, `.ports: "65536" is no port or range of ports: it ${PORTS}`],
    ["a negative port", { ports: -1 }, `.ports: "-1" is no port or range of ports: it ${PORTS}`],
    [
      "a range in reverse",
      { ports: "2-1" },
      '.ports: "2-1" ends before it begins: write the lower port first',
    ],
    [
      "ports with every protocol",
      { protocol: "all" },
      ": has ports, but with protocol all all of them are open, whatever is written: leave them out, or write tcp or udp",
    ],
    [
      "ports with ICMP",
      { protocol: "icmp" },
      ": has ports, but ICMP has none: write icmp: { type, code }, or neither for all of it",
    ],
    ["an ICMP type with TCP", { icmp: { type: 8 } }, ": has icmp, but its protocol is tcp: leave it out"],
    [
      "an ICMP code alone",
      { protocol: "icmp", ports: undefined, icmp: { code: 0 } },
      ".icmp.type: must be a whole number from 0 to 255",
    ],
    [
      "a bad network",
      { peer: { cidr: "10.0.0.0/33" } },
      '.peer.cidr: "10.0.0.0/33" is no network: write one such as "10.10.1.0/24" or "fd00:10::/64"',
    ],
    ["no peer", { peer: {} }, `.peer: ${PEER}`],
    ["two peers", { peer: { cidr: "10.0.0.0/8", prefixList: "pl-0a1b2c3d" } }, `.peer: ${PEER}`],
    [
      "the account of a network",
      { peer: { cidr: "10.0.0.0/8", account: "111122223333" } },
      ".peer: names an account, which only a security group has: leave it out, or write { securityGroup, account }",
    ],
  ])("is refused with %s", (_, rule, fault) => {
    expect(faultsOf({ ...AWS, rules: [{ ...RULE, ...rule }] })).toEqual([`groups.0.rules.0${fault}`]);
  });
});

describe("a group as it is declared", () => {
  it("heals, has the default quota, and lets nothing shrink unasked, unless it says otherwise", () => {
    expect(parsed(AWS)).toEqual({
      shrinkMax: 0,
      trail: "create",
      groups: [{ ...AWS, mode: "heal", rulesMax: 60, exceptions: [] }],
    });
    expect(parsed(AZURE, { shrinkMax: 3 })).toEqual({
      shrinkMax: 3,
      trail: "create",
      groups: [{ ...AZURE, mode: "heal", exceptions: [] }],
    });
  });

  it("takes the networks of pods on Azure alone, made canonical", () => {
    expect(parsed({ ...AZURE, pods: ["10.244.7.1/16"] }).groups[0]).toMatchObject({
      pods: ["10.244.0.0/16"],
    });
    expect(faultsOf({ ...AZURE, pods: "10.244.0.0/16" })).toEqual([
      'groups.0.pods: must be a list of the networks of the pods, such as ["10.244.0.0/16"]',
    ]);
    expect(faultsOf({ ...AWS, pods: [] })).toHaveLength(1);
  });

  it("has an exception with its times in seconds", () => {
    const [exception] =
      parsed({ ...AWS, exceptions: [{ ...EXCEPTION, from: "2030-01-31T18:00:30+01:00" }] }).groups[0]
        ?.exceptions ?? [];
    expect(exception).toMatchObject({ from: 1_896_109_230, until: 1_896_112_800 });
  });

  const WHEN = 'write a moment with its time zone, such as "2030-01-31T18:00Z" or "2030-01-31T18:00+01:00"';
  it.each<[what: string, group: object, fault: string]>([
    ["an unknown cloud", { ...AWS, cloud: "gcp" }, '.cloud: must say its cloud: "aws" or "azure"'],
    [
      "the name of a security group",
      { ...AWS, group: "relay" },
      '.group: is no id of a security group: copy it from AWS; it looks like "sg-0a1b2c3d4e5f60718"',
    ],
    [
      "nothing said of whose rules they are",
      { ...AWS, own: undefined },
      '.own: must be "all", when every rule of the group is Warrener\'s, or "marked", when only those are that have its mark',
    ],
    ["an unknown mode", { ...AWS, mode: "off" }, '.mode: must be "heal" or "report"'],
    [
      "no direction",
      { ...AWS, directions: [] },
      '.directions: names no direction: write ["in", "out"], or leave the group out',
    ],
    [
      "one direction twice",
      { ...AWS, directions: ["in", "in"] },
      ".directions: names one direction twice: write it once",
    ],
    [
      "a quota of nothing",
      { ...AWS, rulesMax: 0 },
      ".rulesMax: must be a whole number from 1 to 1000: your quota of rules for a direction and address family",
    ],
    [
      "a field of the other cloud",
      { ...AZURE, rulesMax: 60 },
      ': unknown key "rulesMax"; did you mean "rules"?',
    ],
    [
      "an exception without a reason",
      { ...AWS, exceptions: [{ ...EXCEPTION, reason: undefined }] },
      ".exceptions.0.reason: must be a text: why this exception is needed",
    ],
    [
      "an exception with a blank reason",
      { ...AWS, exceptions: [{ ...EXCEPTION, reason: "  " }] },
      ".exceptions.0.reason: says nothing: write why this exception is needed",
    ],
    [
      "an exception that nobody answers for",
      { ...AWS, exceptions: [{ ...EXCEPTION, author: "" }] },
      ".exceptions.0.author: says nothing: write who answers for this exception",
    ],
    [
      "an exception without an end",
      { ...AWS, exceptions: [{ ...EXCEPTION, until: undefined }] },
      `.exceptions.0.until: ${WHEN}`,
    ],
    [
      "a moment without a time zone",
      { ...AWS, exceptions: [{ ...EXCEPTION, until: "2030-01-31T18:00" }] },
      `.exceptions.0.until: ${WHEN}`,
    ],
    [
      "a day that does not exist",
      { ...AWS, exceptions: [{ ...EXCEPTION, until: "2030-02-30T18:00Z" }] },
      `.exceptions.0.until: ${WHEN}`,
    ],
  ])("is refused with %s", (_, group, fault) => {
    expect(faultsOf(group)).toEqual([`groups.0${fault}`]);
  });

  it("must be one at least, and shrink by a whole number", () => {
    expect(LinkAllowlists.safeParse({ groups: [] }).error?.issues[0]?.message).toBe(
      "must have at least one of the groups",
    );
    expect(faultsOf(AWS, { shrinkMax: -1 })).toEqual([
      "shrinkMax: must be a whole number, 0 or more: how many flows a new link may close of what the last one wanted, without being asked",
    ]);
  });
});
