/** CreateSecurityGroup and DeleteSecurityGroup. */
import { groupArn, tagsXml } from "./answers.ts";
import type { Operation, Understood } from "./call.ts";
import { findGroup, groupIdOf, tagsOf } from "./finding.ts";
import { readCreate, readDelete } from "./inputs.ts";
import { groupNeed, newGroupNeeds } from "./permissions.ts";
import { badRule, defaultGroup, groupExists, groupInUse, missing, vpcNotFound } from "./refusals.ts";
import { answered, tagsAsked } from "./trail-shapes.ts";
import type { SecurityGroupWorld } from "./world.ts";

export function creating(world: SecurityGroupWorld): Operation {
  const name = "CreateSecurityGroup";
  const understand = (input: unknown): Understood => {
    const { GroupName, GroupDescription, VpcId: vpcId, TagSpecification, DryRun } = readCreate(input);
    if (vpcId === undefined) throw missing("The request must contain the parameter vpcId");
    if (/^sg-/i.test(GroupName)) throw badRule(`Value (${GroupName}) for parameter GroupName is invalid.`);
    const tags = tagsOf(TagSpecification, "security-group");
    const id = world.newId("sg");
    return {
      dryRun: DryRun === true,
      needs: (caller) => newGroupNeeds({ operation: name, place: world, caller }, id, vpcId, tags),
      requestParameters: {
        groupName: GroupName,
        groupDescription: GroupDescription,
        vpcId,
        ...tagsAsked(TagSpecification),
      },
      act: () => {
        const vpc = world.vpc(vpcId);
        if (vpc === undefined) throw vpcNotFound(vpcId);
        if (world.groups().some((group) => group.vpcId === vpcId && group.name === GroupName)) {
          throw groupExists(GroupName, vpcId);
        }
        world.make({ id, name: GroupName, description: GroupDescription, tags }, vpc);
        const answer = { groupId: id, tagSet: tagsXml(tags), securityGroupArn: groupArn(world, id) };
        return { answer, responseElements: (requestId) => ({ requestId, _return: true, groupId: id }) };
      },
    };
  };
  return { name, mutates: true, understand };
}

export function deleting(world: SecurityGroupWorld): Operation {
  const name = "DeleteSecurityGroup";
  const understand = (input: unknown): Understood => {
    const wanted = readDelete(input);
    const id = groupIdOf(world, wanted);
    return {
      dryRun: wanted.DryRun === true,
      needs: (caller) => [groupNeed({ operation: name, place: world, caller }, id, world.group(id))],
      requestParameters: wanted.GroupId === undefined ? { groupName: wanted.GroupName } : { groupId: id },
      act: () => {
        const group = findGroup(world, id);
        if (group.name === "default") throw defaultGroup(id);
        if (group.attached || isNamedElsewhere(world, id)) throw groupInUse(id);
        world.remove(group);
        const answer = { return: true, groupId: id };
        return { answer, responseElements: answered(answer) };
      },
    };
  };
  return { name, mutates: true, understand };
}

function isNamedElsewhere(world: SecurityGroupWorld, id: string): boolean {
  const others = world.groups().filter((group) => group.id !== id);
  return others
    .flatMap((group) => world.rules(group.id))
    .some(({ value: { source } }) => source.kind === "group" && source.groupId === id);
}
