import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { accountId } from "../../test-world.ts";
import { refusalOf } from "../test-ec2.ts";
import {
  absentId,
  https,
  loaderId,
  plainId,
  relayId,
  startGroups,
  type TestGroups,
} from "./test-security-groups.ts";

const opened: TestGroups[] = [];

async function start(options: Parameters<typeof startGroups>[0] = {}): Promise<TestGroups> {
  const started = await startGroups(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

const tcp = (port: number, source: Partial<IpPermission>): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: port,
  ToPort: port,
  ...source,
});
const ranges = (...cidrs: string[]) => ({ IpRanges: cidrs.map((CidrIp) => ({ CidrIp })) });
const authorize = (...IpPermissions: IpPermission[]) =>
  new AuthorizeSecurityGroupIngressCommand({ GroupId: relayId, IpPermissions });

describe("AuthorizeSecurityGroupIngress", () => {
  it("makes a rule with an id of its own of each source, with the tags of the call", async () => {
    const { ec2, groups } = await start();
    const { Return, SecurityGroupRules } = await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: relayId,
        IpPermissions: [tcp(443, ranges("10.1.0.0/16", "10.2.0.0/16"))],
        TagSpecifications: [
          { ResourceType: "security-group-rule", Tags: [{ Key: "warrener:link", Value: "lab" }] },
        ],
      }),
    );
    expect(Return).toBe(true);
    expect(SecurityGroupRules).toMatchObject([
      { CidrIpv4: "10.1.0.0/16", IsEgress: false, FromPort: 443, GroupOwnerId: accountId },
      { CidrIpv4: "10.2.0.0/16", Tags: [{ Key: "warrener:link", Value: "lab" }] },
    ]);
    const ids = groups.rules(relayId).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(SecurityGroupRules?.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId)).toEqual(ids);
  });

  it("clears the host bits, and answers the network as it was written", async () => {
    const { ec2, groups } = await start();
    const { SecurityGroupRules } = await ec2.send(authorize(tcp(443, ranges("100.68.0.18/18"))));
    expect(SecurityGroupRules?.[0]?.CidrIpv4).toBe("100.68.0.18/18");
    expect(groups.rules(relayId)[0]?.value.source).toEqual({ kind: "ipv4", cidr: "100.68.0.0/18" });
  });

  it("refuses a rule that is there already, however it is written, and adds none of the call", async () => {
    const { ec2, groups } = await start();
    await ec2.send(authorize(tcp(443, ranges("100.68.0.0/18"))));
    const again: IpPermission = {
      IpProtocol: "6",
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: "10.0.0.0/8" }, { CidrIp: "100.68.0.18/18", Description: "another text" }],
    };
    await expect(ec2.send(authorize(again))).rejects.toMatchObject({
      name: "InvalidPermission.Duplicate",
      message:
        'the specified rule "peer: 100.68.0.0/18, TCP, from port: 443, to port: 443, ALLOW" already exists',
    });
    expect(groups.rules(relayId)).toHaveLength(1);
  });

  it("takes the same rule for the other direction, and with other ports", async () => {
    const { ec2, groups } = await start();
    await ec2.send(authorize(tcp(443, ranges("10.0.0.0/8"))));
    await ec2.send(authorize(tcp(444, ranges("10.0.0.0/8"))));
    const IpPermissions = [tcp(443, ranges("10.0.0.0/8"))];
    await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: relayId, IpPermissions }));
    expect(groups.rules(relayId).map(({ direction }) => direction)).toEqual(["in", "in", "out"]);
  });

  it("refuses a rule that stands twice in one call", async () => {
    const { ec2, groups } = await start();
    await expect(ec2.send(authorize(tcp(443, ranges("10.0.0.0/8", "10.9.9.9/8"))))).rejects.toMatchObject({
      name: "InvalidParameterValue",
      message: "The same permission must not appear multiple times",
    });
    expect(groups.rules(relayId)).toEqual([]);
  });

  it("counts IPv4 and IPv6 apart, and a group and a prefix list in both", async () => {
    const { ec2, groups } = await start({ rulesMax: 21 });
    const full = "RulesPerSecurityGroupLimitExceeded 400";
    const send = (source: Partial<IpPermission>) => refusalOf(ec2.send(authorize(tcp(443, source))));
    expect(await send({ PrefixListIds: [{ PrefixListId: "pl-0a1b2c3d4e5f60718" }] })).toBe("answered");
    expect(await send(ranges("10.0.0.0/8", "10.0.0.0/9"))).toBe(full);
    expect(await send(ranges("10.0.0.0/8"))).toBe("answered");
    expect(await send({ UserIdGroupPairs: [{ GroupId: loaderId }] })).toBe(full);
    expect(await send({ Ipv6Ranges: [{ CidrIpv6: "fd00::/8" }] })).toBe("answered");
    expect(await send({ Ipv6Ranges: [{ CidrIpv6: "fd00::/9" }] })).toBe(full);
    expect(groups.rules(relayId)).toHaveLength(3);
    const IpPermissions = [tcp(443, ranges("10.0.0.0/8"))];
    const egress = new AuthorizeSecurityGroupEgressCommand({ GroupId: relayId, IpPermissions });
    expect(await refusalOf(ec2.send(egress))).toBe("answered");
  });

  it("counts a prefix list of AWS's own with what it does not show", async () => {
    const { ec2 } = await start();
    const edge = (port: number) => authorize(tcp(port, { PrefixListIds: [{ PrefixListId: "pl-0b1b2c3d" }] }));
    expect(await refusalOf(ec2.send(edge(443)))).toBe("answered");
    expect(await refusalOf(ec2.send(edge(80)))).toBe("RulesPerSecurityGroupLimitExceeded 400");
  });

  it("refuses a group or a prefix list that does not exist", async () => {
    const { ec2 } = await start();
    const cases: [Partial<IpPermission>, string][] = [
      [{ UserIdGroupPairs: [{ GroupId: absentId }] }, "InvalidGroup.NotFound 400"],
      [{ UserIdGroupPairs: [{ GroupId: absentId, UserId: "999988887777" }] }, "answered"],
      [{ PrefixListIds: [{ PrefixListId: "pl-0fffffff" }] }, "InvalidPrefixListID.NotFound 400"],
    ];
    for (const [source, expected] of cases) {
      expect(await refusalOf(ec2.send(authorize(tcp(443, source))))).toBe(expected);
    }
  });

  it("knows its group by the id, and by the name in a default VPC alone", async () => {
    const { ec2, groups } = await start();
    const IpPermissions = [tcp(443, ranges("10.0.0.0/8"))];
    for (const [named, expected] of [
      [{ GroupId: absentId }, "InvalidGroup.NotFound 400"],
      [{ GroupId: "relay" }, "InvalidGroupId.Malformed 400"],
      [{ GroupName: "relay" }, "InvalidParameterValue 400"],
      [{ GroupName: "nobody" }, "InvalidGroup.NotFound 400"],
      [{}, "MissingParameter 400"],
      [{ GroupName: "plain" }, "answered"],
    ] as const) {
      const call = new AuthorizeSecurityGroupIngressCommand({ ...named, IpPermissions });
      expect(await refusalOf(ec2.send(call))).toBe(expected);
    }
    expect(groups.rules(plainId)).toHaveLength(1);
  });

  it("takes one rule without a list, for incoming traffic", async () => {
    const { ec2, groups } = await start();
    const flat = { GroupId: relayId, IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "10.0.0.0/8" };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(flat));
    expect(groups.rules(relayId)).toMatchObject([{ value: { fromPort: 22 } }]);
    const egress = new AuthorizeSecurityGroupEgressCommand(flat);
    expect(await refusalOf(ec2.send(egress))).toBe("InvalidParameterValue 400");
    const both = { ...flat, IpPermissions: [tcp(443, ranges("10.0.0.0/8"))] };
    const twofold = new AuthorizeSecurityGroupIngressCommand(both);
    expect(await refusalOf(ec2.send(twofold))).toBe("InvalidParameterCombination 400");
    const nothing = new AuthorizeSecurityGroupIngressCommand({ GroupId: relayId });
    expect(await refusalOf(ec2.send(nothing))).toBe("MissingParameter 400");
  });

  it("answers a dry run without a change, and refuses tags of another kind of thing", async () => {
    const { ec2, groups } = await start();
    const input = { GroupId: relayId, IpPermissions: [tcp(443, ranges("10.0.0.0/8"))] };
    const dry = new AuthorizeSecurityGroupIngressCommand({ ...input, DryRun: true });
    expect(await refusalOf(ec2.send(dry))).toBe("DryRunOperation 412");
    const TagSpecifications = [{ ResourceType: "vpc" as const, Tags: [{ Key: "a", Value: "b" }] }];
    const tagged = new AuthorizeSecurityGroupIngressCommand({ ...input, TagSpecifications });
    expect(await refusalOf(ec2.send(tagged))).toBe("InvalidParameterValue 400");
    expect(groups.rules(relayId)).toEqual([]);
  });
});

describe("SecurityGroupWorld", () => {
  it("gives a new group the rule that lets everything out, for IPv6 too where the VPC has it", async () => {
    const { groups } = await start();
    const egress = (id: string) => groups.rules(id).map(({ direction, value }) => [direction, value.source]);
    expect(egress(loaderId)).toEqual([["out", { kind: "ipv4", cidr: "0.0.0.0/0" }]]);
    const { id } = groups.create({ name: "six", vpcId: "vpc-0d", rules: [https("10.0.0.0/8")] });
    expect(egress(id)).toEqual([
      ["in", { kind: "ipv4", cidr: "10.0.0.0/8" }],
      ["out", { kind: "ipv4", cidr: "0.0.0.0/0" }],
      ["out", { kind: "ipv6", cidr: "::/0" }],
    ]);
    expect(() => groups.create({ name: "lost", vpcId: "vpc-0e" })).toThrow("there is no VPC vpc-0e");
  });
});
