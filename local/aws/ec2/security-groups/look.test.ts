import {
  DescribeManagedPrefixListsCommand,
  DescribeSecurityGroupRulesCommand,
  type DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupsCommand,
  paginateDescribeSecurityGroupRules,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { refusalOf } from "../test-ec2.ts";
import { iamUser } from "./people.ts";
import { absentId, https, loaderId, relayId, startGroups, type TestGroups } from "./test-security-groups.ts";

const opened: TestGroups[] = [];

async function start() {
  const started = await startGroups();
  opened.push(started);
  const bob = started.groups.console(iamUser("111122223333", "bob"));
  const look = (input: DescribeSecurityGroupRulesCommandInput) =>
    started.ec2.send(new DescribeSecurityGroupRulesCommand(input));
  return { ...started, bob, look };
}

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

const ofRelay = { Filters: [{ Name: "group-id", Values: [relayId] }] };
const many = (count: number) => Array.from({ length: count }, (_, index) => https(`10.${index}.0.0/16`));

describe("DescribeSecurityGroupRules", () => {
  it("shows a rule in one spelling, with exactly one source", async () => {
    const { bob, look } = await start();
    bob.open(relayId, [
      {
        direction: "in",
        protocol: "6",
        from: 443,
        to: 443,
        peer: { cidr: "10.20.0.5/16" },
        description: "aks",
      },
      { direction: "out", protocol: "-1", peer: { groupId: loaderId } },
    ]);
    const { SecurityGroupRules = [], NextToken } = await look(ofRelay);
    expect(NextToken).toBeUndefined();
    const incoming = SecurityGroupRules.find(({ IsEgress }) => IsEgress === false);
    expect(incoming).toMatchObject({
      GroupId: relayId,
      GroupOwnerId: "111122223333",
      IpProtocol: "tcp",
      FromPort: 443,
      CidrIpv4: "10.20.0.0/16",
      Description: "aks",
      Tags: [],
      SecurityGroupRuleArn: `arn:aws:ec2:eu-west-2:111122223333:security-group-rule/${incoming?.SecurityGroupRuleId}`,
    });
    expect(incoming).not.toHaveProperty("ReferencedGroupInfo");
    const outgoing = SecurityGroupRules.find(({ IsEgress }) => IsEgress === true);
    expect(outgoing).toMatchObject({ IpProtocol: "-1", FromPort: -1, ToPort: -1 });
    expect(outgoing?.ReferencedGroupInfo).toMatchObject({ GroupId: loaderId, UserId: "111122223333" });
    expect(outgoing?.CidrIpv4).toBeUndefined();
  });

  it("answers an empty list for a group without rules as for one that does not exist", async () => {
    const { look } = await start();
    for (const id of [relayId, absentId, "anything"]) {
      const { SecurityGroupRules } = await look({ Filters: [{ Name: "group-id", Values: [id] }] });
      expect(SecurityGroupRules).toEqual([]);
    }
  });

  it("knows rules by several groups, by their ids, and by a tag", async () => {
    const { bob, groups, look } = await start();
    const [one = ""] = bob.open(relayId, many(2));
    const tagged = groups.create({
      name: "tagged",
      egress: "none",
      rules: [{ ...https("10.0.0.0/8"), tags: { "warrener:link": "lab" } }],
    });
    const count = async (Name: string, ...Values: string[]) =>
      (await look({ Filters: [{ Name, Values }] })).SecurityGroupRules?.length;
    expect(await count("group-id", relayId, loaderId)).toBe(3);
    expect(await count("security-group-rule-id", one)).toBe(1);
    expect(await count("tag:warrener:link", "lab")).toBe(1);
    expect(await count("tag:warrener:link", "other")).toBe(0);
    expect((await look({ SecurityGroupRuleIds: [one] })).SecurityGroupRules).toHaveLength(1);
    expect(groups.rules(tagged.id)[0]?.tags).toEqual({ "warrener:link": "lab" });
  });

  it("answers everything at once, or pages whose tokens lead through all of it", async () => {
    const { ec2, bob, look } = await start();
    const ids = bob.open(relayId, many(13));
    expect((await look(ofRelay)).SecurityGroupRules).toHaveLength(13);
    const pages: string[][] = [];
    for await (const page of paginateDescribeSecurityGroupRules({ client: ec2, pageSize: 5 }, ofRelay)) {
      pages.push((page.SecurityGroupRules ?? []).map((rule) => rule.SecurityGroupRuleId ?? ""));
    }
    expect(pages.map(({ length }) => length)).toEqual([5, 5, 3]);
    expect(pages.flat().toSorted()).toEqual(ids.toSorted());
  });

  it("goes on where it was when rules of an earlier page are gone", async () => {
    const { bob, look } = await start();
    bob.open(relayId, many(10));
    const first = await look({ ...ofRelay, MaxResults: 5 });
    const seen = (first.SecurityGroupRules ?? []).map((rule) => rule.SecurityGroupRuleId ?? "");
    bob.close(relayId, seen);
    const second = await look({ ...ofRelay, MaxResults: 5, NextToken: first.NextToken });
    expect(second.SecurityGroupRules).toHaveLength(5);
  });

  it("refuses ids, pages and filters that there are not", async () => {
    const { look } = await start();
    const values = Array.from({ length: 201 }, (_, index) => `sg-${index}`);
    const cases: [DescribeSecurityGroupRulesCommandInput, string][] = [
      [{ SecurityGroupRuleIds: ["sgr-0fffffffffffffff0"] }, "InvalidSecurityGroupRuleId.NotFound 400"],
      [{ SecurityGroupRuleIds: ["sgr-x"] }, "InvalidSecurityGroupRuleId.Malformed 400"],
      [{ MaxResults: 4 }, "InvalidParameterValue 400"],
      [{ MaxResults: 1001 }, "InvalidParameterValue 400"],
      [{ NextToken: "forged" }, "InvalidNextToken 400"],
      [{ Filters: [{ Name: "colour", Values: ["red"] }] }, "InvalidParameterValue 400"],
      [{ Filters: [{ Name: "group-id", Values: values }] }, "FilterLimitExceeded 400"],
      [{ Filters: [{ Name: "group-id", Values: values.slice(1) }] }, "answered"],
      [{ DryRun: true }, "DryRunOperation 412"],
    ];
    for (const [input, expected] of cases) expect(await refusalOf(look(input))).toBe(expected);
  });
});

describe("DescribeSecurityGroups", () => {
  it("tells a group without rules from one that does not exist", async () => {
    const { ec2 } = await start();
    const call = (...GroupIds: string[]) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    expect((await call(relayId)).SecurityGroups).toMatchObject([
      { GroupId: relayId, GroupName: "relay", IpPermissions: [], IpPermissionsEgress: [] },
    ]);
    expect(await refusalOf(call(relayId, absentId))).toBe("InvalidGroup.NotFound 400");
    expect(await refusalOf(call("relay"))).toBe("InvalidGroupId.Malformed 400");
  });

  it("puts rules of the same ports together, and shows no ports of all protocols", async () => {
    const { ec2, bob } = await start();
    bob.open(relayId, [
      ...many(2),
      { direction: "in", protocol: "-1", peer: { prefixListId: "pl-0b1b2c3d" } },
    ]);
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [relayId] }));
    expect(SecurityGroups?.[0]?.IpPermissions).toEqual([
      {
        IpProtocol: "tcp",
        FromPort: 443,
        ToPort: 443,
        IpRanges: [{ CidrIp: "10.0.0.0/16" }, { CidrIp: "10.1.0.0/16" }],
        Ipv6Ranges: [],
        PrefixListIds: [],
        UserIdGroupPairs: [],
      },
      {
        IpProtocol: "-1",
        IpRanges: [],
        Ipv6Ranges: [],
        PrefixListIds: [{ PrefixListId: "pl-0b1b2c3d" }],
        UserIdGroupPairs: [],
      },
    ]);
  });

  it("filters groups, and answers 501 for a filter on their rules", async () => {
    const { ec2 } = await start();
    const filter = (Name: string, ...Values: string[]) =>
      ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name, Values }] }));
    expect((await filter("tag:link", "lab")).SecurityGroups).toMatchObject([{ GroupId: relayId }]);
    expect((await filter("vpc-id", "vpc-0d")).SecurityGroups).toMatchObject([{ GroupName: "plain" }]);
    expect(await refusalOf(filter("ip-permission.cidr", "0.0.0.0/0"))).toBe("NotImplemented 501");
    expect(await refusalOf(filter("colour", "red"))).toBe("InvalidParameterValue 400");
  });
});

describe("DescribeManagedPrefixLists", () => {
  it("shows how many entries a list may have, but not of AWS's own", async () => {
    const { ec2 } = await start();
    const { PrefixLists } = await ec2.send(new DescribeManagedPrefixListsCommand({}));
    expect(PrefixLists).toMatchObject([
      { PrefixListId: "pl-0a1b2c3d4e5f60718", MaxEntries: 20, OwnerId: "111122223333" },
      { PrefixListId: "pl-0b1b2c3d", OwnerId: "AWS" },
    ]);
    expect(PrefixLists?.[1]).not.toHaveProperty("MaxEntries");
  });

  it("refuses an id that there is not, and a page that is too large", async () => {
    const { ec2 } = await start();
    const call = (...PrefixListIds: string[]) =>
      ec2.send(new DescribeManagedPrefixListsCommand({ PrefixListIds }));
    expect(await refusalOf(call("pl-0fffffff"))).toBe("InvalidPrefixListID.NotFound 400");
    expect(await refusalOf(call("offices"))).toBe("InvalidPrefixListId.Malformed 400");
    const large = ec2.send(new DescribeManagedPrefixListsCommand({ MaxResults: 101 }));
    expect(await refusalOf(large)).toBe("InvalidParameterValue 400");
  });
});
