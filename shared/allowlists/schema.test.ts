import { describe, expect, it } from "vitest";
import { distinctRules, ruleKey } from "./rule-key.ts";
import { Rule } from "./schema.ts";

const written = {
  direction: "in",
  protocol: "6",
  ports: { from: 443, to: 443 },
  peer: { kind: "cidr", cidr: "10.10.1.5/24" },
  description: "bunny",
};

describe("Rule", () => {
  it("is canonical once it is parsed, and stays as it is when it is parsed again", () => {
    const rule = Rule.parse(written);
    expect(rule).toEqual({ ...written, protocol: "tcp", peer: { kind: "cidr", cidr: "10.10.1.0/24" } });
    expect(Rule.parse(rule)).toEqual(rule);
  });

  it("has no ports where they are all open", () => {
    expect(Rule.parse({ ...written, ports: { from: 0, to: 65_535 } }).ports).toBeNull();
    expect(Rule.parse({ ...written, protocol: "-1" })).toMatchObject({ protocol: "all", ports: null });
  });

  it.each<[what: string, change: object]>([
    ["another direction", { direction: "both" }],
    ["no protocol", { protocol: "http" }],
    ["ports in reverse", { ports: { from: 2, to: 1 } }],
    ["a port too high", { ports: { from: 1, to: 65_536 } }],
    ["no network", { peer: { kind: "cidr", cidr: "10.0.0.0/33" } }],
    ["another id", { peer: { kind: "security-group", id: "sgr-0a1b2c3d" } }],
    ["a prefix list by name", { peer: { kind: "prefix-list", id: "com.amazonaws.eu-west-2.s3" } }],
    ["a tag with a space", { peer: { kind: "service-tag", tag: "Azure Cloud" } }],
    ["an unknown field", { priority: 100 }],
  ])("refuses %s", (_, change) => {
    expect(Rule.safeParse({ ...written, ...change }).success).toBe(false);
  });
});

describe("ruleKey", () => {
  const rule = Rule.parse(written);

  it("tells a person what may pass", () => {
    expect(ruleKey(rule)).toBe("in tcp 443 10.10.1.0/24");
    expect(ruleKey({ ...rule, ports: { from: 80, to: 443 } })).toBe("in tcp 80-443 10.10.1.0/24");
    expect(ruleKey({ ...rule, ports: null })).toBe("in tcp 10.10.1.0/24");
    expect(ruleKey({ ...rule, protocol: "icmp", ports: { from: 2_048, to: 2_303 } })).toBe(
      "in icmp type 8 10.10.1.0/24",
    );
    expect(ruleKey({ ...rule, protocol: "icmp", ports: { from: 2_049, to: 2_049 } })).toBe(
      "in icmp type 8 code 1 10.10.1.0/24",
    );
  });

  it("is the same for a tag in any case and a group of any account", () => {
    const key = (peer: Rule["peer"]) => ruleKey({ ...rule, peer });
    expect(key({ kind: "service-tag", tag: "azurecloud.UKSouth" })).toBe(
      key({ kind: "service-tag", tag: "AzureCloud.uksouth" }),
    );
    expect(key({ kind: "security-group", id: "sg-0a1b2c3d", account: "111122223333" })).toBe(
      key({ kind: "security-group", id: "sg-0a1b2c3d" }),
    );
  });

  it("takes no account of descriptions, of which the first counts", () => {
    const other = { ...rule, description: "another" };
    expect(distinctRules([rule, other])).toEqual([other]);
    expect(distinctRules([other, rule])).toEqual([other]);
  });
});
