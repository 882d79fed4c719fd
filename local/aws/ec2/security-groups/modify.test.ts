import {
  type UpdateSecurityGroupRuleDescriptionsIngressCommandInput as IngressInput,
  ModifySecurityGroupRulesCommand,
  type SecurityGroupRuleRequest,
  UpdateSecurityGroupRuleDescriptionsEgressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { refusalOf } from "../test-ec2.ts";
import { iamUser } from "./people.ts";
import { https, loaderId, relayId, startGroups, type TestGroups } from "./test-security-groups.ts";

const opened: TestGroups[] = [];

async function start(options: Parameters<typeof startGroups>[0] = {}) {
  const started = await startGroups(options);
  opened.push(started);
  const bob = started.groups.console(iamUser("111122223333", "bob"));
  const [first = "", second = ""] = bob.open(relayId, [
    { ...https("10.0.0.0/8"), description: "offices" },
    https("10.0.0.0/9"),
  ]);
  const rule = (id: string) => started.groups.rules(relayId).find((one) => one.id === id);
  return { ...started, bob, first, second, rule };
}

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

const tcp: SecurityGroupRuleRequest = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
const modify = (...updates: (readonly [string, SecurityGroupRuleRequest])[]) =>
  new ModifySecurityGroupRulesCommand({
    GroupId: relayId,
    SecurityGroupRules: updates.map(([SecurityGroupRuleId, SecurityGroupRule]) => ({
      SecurityGroupRuleId,
      SecurityGroupRule,
    })),
  });

describe("ModifySecurityGroupRules", () => {
  it("gives a rule another value under the same id, and takes away a description left out", async () => {
    const { ec2, first, rule } = await start();
    const { Return } = await ec2.send(modify([first, { ...tcp, ToPort: 444, CidrIpv4: "10.1.0.0/16" }]));
    expect(Return).toBe(true);
    expect(rule(first)?.value).toEqual({
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 444,
      source: { kind: "ipv4", cidr: "10.1.0.0/16" },
      description: undefined,
    });
  });

  it("changes two rules in one call even where each takes the other's value, and none when one is refused", async () => {
    const { ec2, first, second, rule } = await start();
    const cidr = (id: string) => rule(id)?.value.source;
    await ec2.send(
      modify([first, { ...tcp, CidrIpv4: "10.0.0.0/9" }], [second, { ...tcp, CidrIpv4: "10.0.0.0/8" }]),
    );
    expect(cidr(first)).toEqual({ kind: "ipv4", cidr: "10.0.0.0/9" });
    const partly = modify(
      [first, { ...tcp, CidrIpv4: "10.7.0.0/16" }],
      ["sgr-0fffffffffffffff0", { ...tcp, CidrIpv4: "10.8.0.0/16" }],
    );
    expect(await refusalOf(ec2.send(partly))).toBe("InvalidSecurityGroupRuleId.NotFound 400");
    expect(cidr(first)).toEqual({ kind: "ipv4", cidr: "10.0.0.0/9" });
  });

  it("refuses what it cannot make of the rule", async () => {
    const { ec2, first } = await start();
    for (const [request, expected] of [
      [{ ...tcp, CidrIpv4: "10.0.0.0/9" }, "InvalidPermission.Duplicate 400"],
      [{ ...tcp, CidrIpv4: "10.1.2.3/16" }, "InvalidParameterValue 400"],
      [{ ...tcp, CidrIpv6: "fd00::/8" }, "InvalidParameterValue 400"],
      [{ ...tcp, ReferencedGroupId: loaderId }, "InvalidParameterValue 400"],
      [{ ...tcp, CidrIpv4: "10.1.0.0/16", CidrIpv6: "fd00::/8" }, "InvalidParameterValue 400"],
      [{ ...tcp, PrefixListId: "pl-0fffffff" }, "InvalidPrefixListID.NotFound 400"],
      [{ ...tcp, PrefixListId: "offices" }, "InvalidPrefixListId.Malformed 400"],
      [tcp, "MissingParameter 400"],
      [{ ...tcp, ToPort: 1, CidrIpv4: "10.1.0.0/16" }, "InvalidPermission.Malformed 400"],
    ] as const) {
      expect(await refusalOf(ec2.send(modify([first, request])))).toBe(expected);
    }
    const elsewhere = new ModifySecurityGroupRulesCommand({
      GroupId: loaderId,
      SecurityGroupRules: [
        { SecurityGroupRuleId: first, SecurityGroupRule: { ...tcp, CidrIpv4: "10.1.0.0/16" } },
      ],
    });
    expect(await refusalOf(ec2.send(elsewhere))).toBe("InvalidSecurityGroupRuleId.NotFound 400");
  });

  it("keeps to the quota", async () => {
    const { ec2, bob, groups } = await start({ rulesMax: 30 });
    const ids = bob.open(loaderId, [{ ...https(""), peer: { prefixListId: "pl-0a1b2c3d4e5f60718" } }]);
    expect(groups.rules(loaderId)).toHaveLength(2);
    const wider = new ModifySecurityGroupRulesCommand({
      GroupId: loaderId,
      SecurityGroupRules: [
        { SecurityGroupRuleId: ids[0], SecurityGroupRule: { ...tcp, PrefixListId: "pl-0b1b2c3d" } },
      ],
    });
    expect(await refusalOf(ec2.send(wider))).toBe("RulesPerSecurityGroupLimitExceeded 400");
  });
});

describe("UpdateSecurityGroupRuleDescriptionsIngress", () => {
  const Ingress = UpdateSecurityGroupRuleDescriptionsIngressCommand;

  it("writes descriptions by the rules' ids, and removes one that is left out", async () => {
    const { ec2, first, second, rule } = await start();
    const SecurityGroupRuleDescriptions = [
      { SecurityGroupRuleId: first },
      { SecurityGroupRuleId: second, Description: "half of them" },
    ];
    await ec2.send(new Ingress({ GroupId: relayId, SecurityGroupRuleDescriptions }));
    expect([rule(first)?.value.description, rule(second)?.value.description]).toEqual([
      undefined,
      "half of them",
    ]);
  });

  it("writes descriptions by what the rules are", async () => {
    const { ec2, second, rule } = await start();
    const IpPermissions = [{ ...tcp, IpRanges: [{ CidrIp: "10.0.0.0/9", Description: "half" }] }];
    await ec2.send(new Ingress({ GroupId: relayId, IpPermissions }));
    expect(rule(second)?.value.description).toBe("half");
  });

  it("refuses rules that are not there, and both ways or neither at once", async () => {
    const { ec2, first, rule } = await start();
    const byId = { SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: first, Description: "x" }] };
    const byRule = { IpPermissions: [{ ...tcp, IpRanges: [{ CidrIp: "192.168.0.0/16" }] }] };
    const cases: [Omit<IngressInput, "GroupId">, string][] = [
      [byRule, "InvalidPermission.NotFound 400"],
      [{ ...byId, ...byRule }, "InvalidParameterCombination 400"],
      [{}, "MissingParameter 400"],
    ];
    for (const [input, expected] of cases) {
      expect(await refusalOf(ec2.send(new Ingress({ GroupId: relayId, ...input })))).toBe(expected);
    }
    const egress = new UpdateSecurityGroupRuleDescriptionsEgressCommand({ GroupId: relayId, ...byId });
    expect(await refusalOf(ec2.send(egress))).toBe("InvalidSecurityGroupRuleId.NotFound 400");
    expect(rule(first)?.value.description).toBe("offices");
  });
});
