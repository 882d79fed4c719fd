import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { hearCloudTrail } from "../../../../shared/allowlists/cloud-trail.ts";
import { roleArn } from "../../test-world.ts";
import type { TrailActor } from "../trail-record.ts";
import { iamUser, roleSession, rootUser, ssoUser } from "./people.ts";
import { absentId, https, loaderId, relayId, startGroups, type TestGroups } from "./test-security-groups.ts";

const accountId = "111122223333";
const opened: TestGroups[] = [];

async function start(options: Parameters<typeof startGroups>[0] = {}) {
  const started = await startGroups(options);
  opened.push(started);
  const details = () => started.told.map(({ detail }) => detail);
  return {
    ...started,
    details,
    alice: started.groups.console(ssoUser(accountId, "NetAdmin", "alice@example.com")),
  };
}

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

const opening = {
  GroupId: relayId,
  IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "203.0.113.9/24" }] }],
};

describe("the records of changes to security groups", () => {
  it("tell who opened what, with lists as items and what is empty as an empty object", async () => {
    const { ec2, told } = await start();
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ ...opening, DryRun: false }));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      source: "aws.ec2",
      detailType: "AWS API Call via CloudTrail",
      resources: [],
    });
    expect(told[0]?.detail).toMatchObject({
      eventName: "AuthorizeSecurityGroupIngress",
      eventTime: "2026-11-21T08:00:00Z",
      userIdentity: { type: "AssumedRole", sessionContext: { sessionIssuer: { arn: roleArn } } },
      requestParameters: {
        groupId: relayId,
        ipPermissions: {
          items: [
            {
              ipProtocol: "tcp",
              fromPort: 22,
              toPort: 22,
              groups: {},
              ipRanges: { items: [{ cidrIp: "203.0.113.9/24" }] },
              ipv6Ranges: {},
              prefixListIds: {},
            },
          ],
        },
      },
      responseElements: {
        _return: true,
        securityGroupRuleSet: { items: [{ isEgress: false, cidrIpv4: "203.0.113.9/24" }] },
      },
    });
    expect(told[0]?.detail).not.toHaveProperty("errorCode");
  });

  it("keep one rule without a list as it was written", async () => {
    const { ec2, details } = await start();
    const flat = { GroupId: relayId, IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "10.0.0.0/8" };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(flat));
    expect(details()[0]?.["requestParameters"]).toEqual({
      groupId: relayId,
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      cidrIp: "10.0.0.0/8",
      ipPermissions: {},
    });
  });

  it("tell what was closed, by whichever way", async () => {
    const { ec2, details, alice } = await start();
    const ids = alice.open(relayId, [https("10.0.0.0/8"), https("10.0.0.0/9")]);
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: relayId, SecurityGroupRuleIds: ids }));
    const [, closed] = details();
    expect(closed?.["requestParameters"]).toEqual({
      groupId: relayId,
      ipPermissions: {},
      securityGroupRuleIds: { items: ids.map((securityGroupRuleId) => ({ securityGroupRuleId })) },
    });
    expect(closed?.["responseElements"]).toMatchObject({
      unknownIpPermissionSet: {},
      revokedSecurityGroupRuleSet: { items: [{ cidrIpv4: "10.0.0.0/8" }, { cidrIpv4: "10.0.0.0/9" }] },
    });
  });

  it("wrap a new value, and give a single one no list", async () => {
    const { details, alice } = await start();
    const [id = ""] = alice.open(relayId, [https("10.0.0.0/8")]);
    alice.rewrite(relayId, id, https("0.0.0.0/0"));
    alice.describe(relayId, id, "oops");
    const [, modified, described] = details();
    expect(modified?.["requestParameters"]).toEqual({
      ModifySecurityGroupRulesRequest: {
        GroupId: relayId,
        SecurityGroupRule: {
          SecurityGroupRuleId: id,
          SecurityGroupRule: { IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0" },
          tag: 1,
        },
      },
    });
    expect(described?.["requestParameters"]).toHaveProperty(
      "UpdateSecurityGroupRuleDescriptionsIngressRequest.GroupId",
      relayId,
    );
  });

  it("tell a new group by the answer and a deleted one by the request", async () => {
    const { details, alice } = await start();
    const id = alice.createGroup("demo");
    alice.deleteGroup(id);
    const [made, gone] = details();
    expect(made).toMatchObject({
      requestParameters: { groupName: "demo", groupDescription: "demo" },
      responseElements: { _return: true, groupId: id },
    });
    expect(gone).toMatchObject({ requestParameters: { groupId: id }, responseElements: { _return: true } });
  });

  it("tell what was refused with its code and no answer, also a dry run and what cannot be read, and no look", async () => {
    const { ec2, details, groups, alice } = await start();
    const open = (input: object) =>
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ ...opening, ...input }));
    await expect(open({ DryRun: true })).rejects.toThrow();
    await expect(open({ GroupId: absentId })).rejects.toThrow();
    await expect(open({ GroupId: "relay" })).rejects.toThrow();
    expect(() => alice.deleteGroup(absentId)).toThrow("does not exist");
    await ec2.send(new DescribeSecurityGroupRulesCommand({}));
    await expect(ec2.send(new DescribeSecurityGroupRulesCommand({ DryRun: true }))).rejects.toThrow();
    await expect(ec2.send(new DescribeSecurityGroupRulesCommand({ MaxResults: 1 }))).rejects.toThrow();
    expect(details().map((detail) => [detail["errorCode"], detail["responseElements"]])).toEqual([
      ["Client.DryRunOperation", null],
      ["Client.InvalidGroup.NotFound", null],
      ["Client.InvalidGroupId.Malformed", null],
      ["Client.InvalidGroup.NotFound", null],
    ]);
    expect(groups.rules(relayId)).toEqual([]);
  });

  it("are told only while a trail logs", async () => {
    const { groups, told, alice } = await start({ logging: false });
    alice.open(relayId, [https("10.0.0.0/8")]);
    groups.startLogging();
    alice.open(relayId, [https("10.0.0.0/9")]);
    groups.stopLogging();
    alice.open(relayId, [https("10.0.0.0/10")]);
    expect(told).toHaveLength(1);
  });

  it("are understood by the product, whoever makes the change and with what", async () => {
    const { groups, told } = await start();
    const people: [TrailActor, string, string | null, string][] = [
      [iamUser(accountId, "network/bob", { tool: "cli" }), "user", "bob", "CLI"],
      [rootUser(accountId), "root", null, "console"],
      [ssoUser(accountId, "NetAdmin", "alice@example.com"), "sso-user", "alice@example.com", "console"],
      [roleSession(accountId, "ci/deployer", "run-42", { tool: "terraform" }), "role", "run-42", "Terraform"],
      [iamUser(accountId, "bob", { tool: "cloudformation" }), "user", "bob", "via CloudFormation"],
    ];
    for (const [index, [who]] of people.entries()) {
      groups.console(who).open(relayId, [https(`10.${index}.0.0/16`)]);
    }
    const listening = { groups: [{ name: "relay", id: relayId }], ownRoles: [] };
    const heard = told.map(({ detail }) => hearCloudTrail(listening, { account: accountId, detail }));
    const known = heard.map((one) => {
      const change = one.look ? one.change : null;
      return [change?.actor.kind, change?.actor.name, change?.tool?.name, change?.what.added.length];
    });
    const fromConsole = told.map(({ detail }) => detail["sessionCredentialFromConsole"]);
    expect(fromConsole).toEqual([undefined, "true", "true", undefined, undefined]);
    expect(known).toEqual(people.map(([, kind, name, tool]) => [kind, name, tool, 1]));
    expect(
      hearCloudTrail({ ...listening, groups: [{ name: "loader", id: loaderId }] }, told[0]),
    ).toMatchObject({
      look: false,
    });
  });
});
