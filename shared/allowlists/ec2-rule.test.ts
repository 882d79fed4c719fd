import { describe, expect, it } from "vitest";
import { readEc2Rule, toPermission } from "./ec2-rule.ts";
import { BUNNY } from "./test-security-group.ts";

const DESCRIBED = {
  SecurityGroupRuleId: "sgr-0bbb",
  GroupId: "sg-0aaa",
  GroupOwnerId: "111122223333",
  IsEgress: false,
  IpProtocol: "tcp",
  FromPort: 443,
  ToPort: 443,
  CidrIpv4: "10.10.1.7/24",
};

describe("readEc2Rule", () => {
  it("reads a rule in canonical form", () => {
    expect(readEc2Rule({ ...DESCRIBED, IpProtocol: "6" }, "lab")).toEqual({
      id: "sgr-0bbb",
      rule: BUNNY,
      marked: false,
    });
  });

  it("names the account of a group only where it is another than the group's own", () => {
    const peerOf = (UserId: string) => {
      const { CidrIpv4: _, ...rest } = DESCRIBED;
      const info = { ReferencedGroupInfo: { GroupId: "sg-0a1b2c3d", UserId } };
      return readEc2Rule({ ...rest, ...info }, "lab")?.rule.peer;
    };
    expect(peerOf("111122223333")).toEqual({ kind: "security-group", id: "sg-0a1b2c3d" });
    expect(peerOf("999988887777")).toEqual({
      kind: "security-group",
      id: "sg-0a1b2c3d",
      account: "999988887777",
    });
    // Of AWS's own groups, such as that of its first load balancers.
    expect(peerOf("amazon-elb")).toEqual({ kind: "security-group", id: "sg-0a1b2c3d" });
  });

  it.each<[what: string, described: unknown]>([
    ["nothing", undefined],
    ["no id", { ...DESCRIBED, SecurityGroupRuleId: undefined }],
    ["no direction", { ...DESCRIBED, IsEgress: undefined }],
    ["a protocol that is none", { ...DESCRIBED, IpProtocol: "tcpp" }],
    ["tcp without ports", { ...DESCRIBED, FromPort: undefined }],
    ["ports that are none", { ...DESCRIBED, ToPort: 70_000 }],
    ["no peer", { ...DESCRIBED, CidrIpv4: undefined }],
    ["two peers", { ...DESCRIBED, CidrIpv6: "fd00::/64" }],
    ["a network that is none", { ...DESCRIBED, CidrIpv4: "10.10.1.0/33" }],
    ["a peer of a kind that nobody knows", { ...DESCRIBED, CidrIpv4: undefined, VpcEndpointId: "vpce-0a" }],
  ])("cannot read a rule with %s", (_what, described) => {
    expect(readEc2Rule(described, "lab")).toBeNull();
  });

  it("cuts a description that is longer than EC2's, which is no part of what may pass", () => {
    const read = readEc2Rule({ ...DESCRIBED, Description: "x".repeat(300) }, "lab");
    expect(read?.rule.description).toHaveLength(255);
  });
});

describe("toPermission", () => {
  it("writes no empty description, which EC2 would keep as one", () => {
    expect(toPermission(BUNNY)).toEqual({
      IpProtocol: "tcp",
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: "10.10.1.0/24" }],
    });
  });
});
