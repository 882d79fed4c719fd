/** Finds what a call names, or refuses it in EC2's words. */

import type { TagSpecification } from "./inputs.ts";
import type { Group } from "./nouns.ts";
import { checkGroupId } from "./permission.ts";
import {
  badRule,
  groupNotFound,
  malformedRuleId,
  missing,
  notByName,
  prefixListNotFound,
  ruleIdNotFound,
} from "./refusals.ts";
import type { Direction, Source, StoredRule } from "./rule.ts";
import type { SecurityGroupWorld } from "./world.ts";

interface Named {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
}

/** The id of the group that a call is about, whether it exists or not: a name serves in a default VPC only. */
export function groupIdOf(world: SecurityGroupWorld, { GroupId, GroupName }: Named): string {
  if (GroupId !== undefined) {
    checkGroupId(GroupId);
    return GroupId;
  }
  if (GroupName === undefined) throw missing("The request must contain the parameter groupName or groupId");
  const named = world.groups().filter(({ name }) => name === GroupName);
  const found = named.find(({ vpcId }) => world.vpc(vpcId)?.isDefault === true);
  if (found !== undefined) return found.id;
  throw named.length > 0 ? notByName(GroupName) : groupNotFound(GroupName);
}

export function findGroup(world: SecurityGroupWorld, id: string): Group {
  const group = world.group(id);
  if (group === undefined) throw groupNotFound(id);
  return group;
}

/** Of the direction, where the call has one: a rule of the other is none that it knows. */
export function findRule(
  world: SecurityGroupWorld,
  groupId: string,
  id: string,
  direction?: Direction,
): StoredRule {
  const rule = world.rules(groupId).find((one) => one.id === id);
  if (rule === undefined || (direction !== undefined && rule.direction !== direction)) {
    throw ruleIdNotFound(id);
  }
  return rule;
}

export function checkRuleId(id: string): void {
  if (!/^sgr-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw malformedRuleId(id);
}

/** What a rule speaks of must exist; whether a group of another account does, only that account knows. */
export function checkSource(world: SecurityGroupWorld, source: Source): void {
  if (source.kind === "group" && source.userId === world.accountId) findGroup(world, source.groupId);
  if (source.kind === "prefix-list") {
    const found = world.prefixLists().some(({ id }) => id === source.prefixListId);
    if (!found) throw prefixListNotFound(source.prefixListId);
  }
}

/** The tags that a call gives to what it makes. */
export function tagsOf(
  specifications: TagSpecification,
  resourceType: "security-group" | "security-group-rule",
): Readonly<Record<string, string>> {
  const all = specifications ?? [];
  const other = all.find((one) => one.ResourceType !== resourceType);
  if (other !== undefined) {
    throw badRule(`'${other.ResourceType}' is not a valid taggable resource type for this operation.`);
  }
  return Object.fromEntries(all.flatMap(({ Tag }) => Tag.map(({ Key, Value }) => [Key, Value] as const)));
}
