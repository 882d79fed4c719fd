import {
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { refusalOf } from "../test-ec2.ts";
import { rootUser } from "./people.ts";
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

async function start() {
  const started = await startGroups();
  opened.push(started);
  const owner = started.groups.console(rootUser("111122223333"));
  const relay = owner.open(relayId, [https("10.0.0.0/8"), https("10.0.0.0/9")]);
  const plain = owner.open(plainId, [https("10.0.0.0/8")]);
  return { ...started, relay, plain };
}

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

const closing = (GroupId: string, SecurityGroupRuleIds: string[]) =>
  new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds });
const equal = (...cidrs: string[]): IpPermission[] => [
  { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: cidrs.map((CidrIp) => ({ CidrIp })) },
];

describe("RevokeSecurityGroupIngress", () => {
  it("closes rules by their ids and answers what they were", async () => {
    const { ec2, groups, relay } = await start();
    const { Return, RevokedSecurityGroupRules } = await ec2.send(closing(relayId, relay));
    expect(Return).toBe(true);
    expect(RevokedSecurityGroupRules?.map(({ CidrIpv4 }) => CidrIpv4)).toEqual(["10.0.0.0/8", "10.0.0.0/9"]);
    expect(groups.rules(relayId)).toEqual([]);
  });

  it("refuses all of a call in which one id is unknown, of another group or of the other direction", async () => {
    const { ec2, groups, relay, plain } = await start();
    const [first = ""] = relay;
    const none = "sgr-0fffffffffffffff0";
    for (const [id = "", expected] of [
      [none, "InvalidSecurityGroupRuleId.NotFound 400"],
      [plain[0], "InvalidSecurityGroupRuleId.NotFound 400"],
      ["10.0.0.0/8", "InvalidSecurityGroupRuleId.Malformed 400"],
    ]) {
      expect(await refusalOf(ec2.send(closing(relayId, [first, id])))).toBe(expected);
    }
    const egress = new RevokeSecurityGroupEgressCommand({ GroupId: relayId, SecurityGroupRuleIds: [first] });
    expect(await refusalOf(ec2.send(egress))).toBe("InvalidSecurityGroupRuleId.NotFound 400");
    expect(await refusalOf(ec2.send(closing(absentId, [first])))).toBe("InvalidGroup.NotFound 400");
    expect(groups.rules(relayId)).toHaveLength(2);
  });

  it("closes rules by what they are, whatever their description", async () => {
    const { ec2, groups } = await start();
    const [permission] = equal("10.0.0.0/8");
    const IpPermissions = [
      { ...permission, IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "never written" }] },
    ];
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: relayId, IpPermissions }));
    expect(groups.rules(relayId)).toHaveLength(1);
  });

  it("refuses a call with a rule that is not there, and closes none", async () => {
    const { ec2, groups } = await start();
    const IpPermissions = equal("10.0.0.0/8", "172.16.0.0/12");
    const call = new RevokeSecurityGroupIngressCommand({ GroupId: relayId, IpPermissions });
    await expect(ec2.send(call)).rejects.toMatchObject({
      name: "InvalidPermission.NotFound",
      message: "The specified rule does not exist in this security group.",
    });
    expect(groups.rules(relayId)).toHaveLength(2);
  });

  it("closes what there is in a default VPC, and lists the rest", async () => {
    const { ec2, groups } = await start();
    const IpPermissions = equal("10.0.0.0/8", "172.16.0.0/12");
    const answered = await ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: plainId, IpPermissions }),
    );
    expect(answered.Return).toBe(true);
    expect(answered.UnknownIpPermissions).toMatchObject([
      { IpProtocol: "tcp", IpRanges: [{ CidrIp: "172.16.0.0/12" }] },
    ]);
    expect(answered.RevokedSecurityGroupRules).toHaveLength(1);
    expect(groups.rules(plainId)).toEqual([]);
  });

  it("takes ids or rules, not both and not neither", async () => {
    const { ec2, relay } = await start();
    const both = { GroupId: relayId, IpPermissions: equal("10.0.0.0/8"), SecurityGroupRuleIds: relay };
    expect(await refusalOf(ec2.send(new RevokeSecurityGroupIngressCommand(both)))).toBe(
      "InvalidParameterCombination 400",
    );
    const neither = new RevokeSecurityGroupIngressCommand({ GroupId: relayId });
    expect(await refusalOf(ec2.send(neither))).toBe("MissingParameter 400");
  });

  it("names a referenced group by its id alone in what it closed", async () => {
    const { ec2, groups } = await start();
    const owner = groups.console(rootUser("111122223333"));
    const ids = owner.open(relayId, [{ ...https(""), peer: { groupId: loaderId } }]);
    const { RevokedSecurityGroupRules } = await ec2.send(closing(relayId, ids));
    expect(RevokedSecurityGroupRules?.[0]).toMatchObject({ ReferencedGroupId: loaderId });
  });
});
