import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeManagedPrefixListsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { PolicyDocument } from "../../../graph/schema.ts";
import { authorizeBy } from "../../authorization.ts";
import { roleArn } from "../../test-world.ts";
import { refusalOf } from "../test-ec2.ts";
import { rootUser } from "./people.ts";
import {
  absentId,
  https,
  loaderId,
  relayId,
  startGroups,
  type TestGroups,
  vpcId,
} from "./test-security-groups.ts";

const opened: TestGroups[] = [];
const arn = (resource: string) => `arn:aws:ec2:eu-west-2:111122223333:${resource}`;
const relay = arn(`security-group/${relayId}`);
const anyRule = arn("security-group-rule/*");

async function start(...statements: object[]) {
  const Statement = statements.map((statement) => ({ Effect: "Allow", ...statement }));
  const policy = PolicyDocument.parse({ Version: "2012-10-17", Statement });
  const started = await startGroups({
    authorize: authorizeBy({ roles: new Map([[roleArn, policy]]), resources: new Map() }),
  });
  opened.push(started);
  const root = started.groups.console(rootUser("111122223333"));
  const [ruleId = ""] = root.open(relayId, [https("10.0.0.0/8")]);
  const calls = {
    open: (GroupId = relayId) =>
      refusalOf(started.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, ...opening }))),
    openTagged: (Value = "lab") =>
      refusalOf(
        started.ec2.send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId: relayId,
            ...opening,
            TagSpecifications: [
              { ResourceType: "security-group-rule", Tags: [{ Key: "warrener:link", Value }] },
            ],
          }),
        ),
      ),
    close: () =>
      refusalOf(
        started.ec2.send(
          new RevokeSecurityGroupIngressCommand({ GroupId: relayId, SecurityGroupRuleIds: [ruleId] }),
        ),
      ),
    modify: () =>
      refusalOf(
        started.ec2.send(
          new ModifySecurityGroupRulesCommand({
            GroupId: relayId,
            SecurityGroupRules: [
              {
                SecurityGroupRuleId: ruleId,
                SecurityGroupRule: { IpProtocol: "udp", FromPort: 1, ToPort: 1, CidrIpv4: "10.0.0.0/8" },
              },
            ],
          }),
        ),
      ),
    describe: () =>
      refusalOf(
        started.ec2.send(
          new UpdateSecurityGroupRuleDescriptionsIngressCommand({
            GroupId: relayId,
            SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: ruleId }],
          }),
        ),
      ),
  };
  return { ...started, ...calls };
}

const opening = {
  IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
};
const denied = "UnauthorizedOperation 403";
const tagging = (CreateAction: string) => ({
  Action: "ec2:CreateTags",
  Resource: anyRule,
  Condition: {
    StringEquals: { "ec2:CreateAction": CreateAction, "aws:RequestTag/warrener:link": "lab" },
    "ForAllValues:StringEquals": { "aws:TagKeys": ["warrener:link"] },
  },
});

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

describe("security groups", () => {
  it("are looked at only by a policy for all of them", async () => {
    const Action = [
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeManagedPrefixLists",
    ];
    for (const [Resource, expected] of [
      ["*", "answered"],
      [relay, denied],
    ] as const) {
      const { ec2 } = await start({ Action, Resource });
      expect(await refusalOf(ec2.send(new DescribeSecurityGroupRulesCommand({})))).toBe(expected);
      expect(await refusalOf(ec2.send(new DescribeSecurityGroupsCommand({})))).toBe(expected);
      expect(await refusalOf(ec2.send(new DescribeManagedPrefixListsCommand({})))).toBe(expected);
    }
  });

  it("are opened and closed by a policy that names exactly that group", async () => {
    const Action = [
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:RevokeSecurityGroupIngress",
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ];
    const { open, close, describe: rename } = await start({ Action, Resource: relay });
    expect(await open(loaderId)).toBe(denied);
    expect(await open(absentId)).toBe(denied);
    expect([await open(), await rename(), await close()]).toEqual(["answered", "answered", "answered"]);
  });

  it("take tags for new rules only with the permission to tag, for that call and those tags", async () => {
    const Action = "ec2:AuthorizeSecurityGroupIngress";
    const both = { Action, Resource: [relay, anyRule] };
    expect(
      await (await start({ Action, Resource: relay }, tagging("AuthorizeSecurityGroupIngress"))).openTagged(),
    ).toBe(denied);
    expect(await (await start(both)).openTagged()).toBe(denied);
    expect(await (await start(both, tagging("RunInstances"))).openTagged()).toBe(denied);
    const { openTagged } = await start(both, tagging("AuthorizeSecurityGroupIngress"));
    expect(await openTagged("another")).toBe(denied);
    expect(await openTagged()).toBe("answered");
  });

  it("need the permission for the rule too to change its value", async () => {
    const Action = "ec2:ModifySecurityGroupRules";
    expect(await (await start({ Action, Resource: relay })).modify()).toBe(denied);
    expect(await (await start({ Action, Resource: [relay, anyRule] })).modify()).toBe("answered");
  });

  it("are known by their tags, their id and their VPC", async () => {
    const Action = "ec2:AuthorizeSecurityGroupIngress";
    for (const StringEquals of [
      { "aws:ResourceTag/link": "lab" },
      { "ec2:ResourceTag/link": "lab" },
      { "ec2:SecurityGroupID": relayId },
      { "ec2:Vpc": arn(`vpc/${vpcId}`), "aws:ResourceTag/link": "lab" },
    ]) {
      const { open } = await start({ Action, Resource: "*", Condition: { StringEquals } });
      expect([await open(), await open(loaderId)]).toEqual(["answered", denied]);
    }
  });

  it("are made and deleted by whoever may", async () => {
    const input = { GroupName: "demo", Description: "demo", VpcId: vpcId };
    const made = {
      Action: "ec2:CreateSecurityGroup",
      Resource: [arn("security-group/*"), arn(`vpc/${vpcId}`)],
    };
    const { ec2, groups } = await start(made);
    const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(input));
    expect(groups.rules(GroupId ?? "")).toHaveLength(1);
    expect(await refusalOf(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toBe(denied);
  });

  it("answer a dry run by whether it would be allowed", async () => {
    const { ec2 } = await start({ Action: "ec2:AuthorizeSecurityGroupIngress", Resource: relay });
    const dry = (GroupId: string) =>
      refusalOf(ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, ...opening, DryRun: true })));
    expect([await dry(relayId), await dry(loaderId)]).toEqual(["DryRunOperation 412", denied]);
  });
});
