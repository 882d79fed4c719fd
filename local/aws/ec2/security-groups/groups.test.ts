import { CreateSecurityGroupCommand, DeleteSecurityGroupCommand } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
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

async function start() {
  const started = await startGroups();
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

describe("CreateSecurityGroup", () => {
  it("makes a group that lets everything out and nothing in", async () => {
    const { ec2, groups } = await start();
    const { GroupId = "", Tags } = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "demo",
        Description: "for a test",
        VpcId: vpcId,
        TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "a", Value: "b" }] }],
      }),
    );
    expect(Tags).toEqual([{ Key: "a", Value: "b" }]);
    expect(groups.group(GroupId)).toMatchObject({ description: "for a test", tags: { a: "b" } });
    expect(groups.rules(GroupId)).toMatchObject([
      { direction: "out", value: { ipProtocol: "-1", source: { cidr: "0.0.0.0/0" } } },
    ]);
  });

  it("refuses a name that is taken in the VPC, a VPC that is not there, and none at all", async () => {
    const { ec2 } = await start();
    const make = (GroupName: string, VpcId?: string) =>
      refusalOf(ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: "d", VpcId })));
    expect(await make("relay", vpcId)).toBe("InvalidGroup.Duplicate 400");
    expect(await make("relay", "vpc-0d")).toBe("answered");
    expect(await make("demo", "vpc-0e")).toBe("InvalidVpcID.NotFound 400");
    expect(await make("demo")).toBe("MissingParameter 400");
    expect(await make("sg-demo", vpcId)).toBe("InvalidParameterValue 400");
  });
});

describe("DeleteSecurityGroup", () => {
  it("deletes a group with its rules", async () => {
    const { ec2, groups } = await start();
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId: loaderId }));
    expect(groups.group(loaderId)).toBeUndefined();
    expect(groups.rules(loaderId)).toEqual([]);
    expect(groups.seenRules()).toEqual([]);
  });

  it("refuses a group that something uses, the default one, and one that is not there", async () => {
    const { ec2, groups } = await start();
    const drop = (GroupId: string) => refusalOf(ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
    groups.console(rootUser("111122223333")).open(relayId, [{ ...https(""), peer: { groupId: loaderId } }]);
    const attached = groups.create({ name: "nodes", attached: true });
    const standard = groups.create({ name: "default" });
    expect(await drop(loaderId)).toBe("DependencyViolation 400");
    expect(await drop(attached.id)).toBe("DependencyViolation 400");
    expect(await drop(standard.id)).toBe("CannotDelete 400");
    expect(await drop(absentId)).toBe("InvalidGroup.NotFound 400");
    expect(groups.groups()).toHaveLength(5);
  });
});
