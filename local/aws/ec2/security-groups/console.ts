/**
 * What a person of the account does to security groups in the console, or with a tool: the service's own operations
 * with their refusals, and the person in what CloudTrail tells of them. Their permissions are not asked for.
 */
import type { TrailActor } from "../trail-record.ts";
import { authorizing } from "./authorize.ts";
import { type Operation, perform, understood } from "./call.ts";
import { describing } from "./descriptions.ts";
import { findRule } from "./finding.ts";
import { creating, deleting } from "./groups.ts";
import { modifying } from "./modify.ts";
import { type NewRule, permissionOf } from "./nouns.ts";
import { revoking } from "./revoke.ts";
import type { Direction } from "./rule.ts";
import type { SecurityGroupWorld } from "./world.ts";

/** Throws `Refusal` where the console would show an error. */
export interface Console {
  /** One call for each direction; the ids of the new rules. */
  open(groupId: string, rules: readonly NewRule[]): string[];
  /** One call for each direction. */
  close(groupId: string, ruleIds: readonly string[]): void;
  /** Gives a rule another value. */
  rewrite(groupId: string, ruleId: string, rule: NewRule): void;
  describe(groupId: string, ruleId: string, description: string): void;
  /** In the first VPC unless another is named; the id of the new group. */
  createGroup(name: string, vpcId?: string): string;
  deleteGroup(groupId: string): void;
}

const directions: readonly Direction[] = ["in", "out"];

export function consoleOf(world: SecurityGroupWorld, who: TrailActor): Console {
  const call = (operation: Operation, input: object) => {
    const written = asForm(input);
    return perform(world, operation, who, understood(world, operation, who, written));
  };
  return {
    open: (groupId, rules) =>
      directions.flatMap((direction) => {
        const mine = rules.filter((rule) => rule.direction === direction);
        if (mine.length === 0) return [];
        const before = new Set(world.rules(groupId).map(({ id }) => id));
        const IpPermissions = mine.map((rule) => permissionOf(rule));
        call(authorizing(world, direction), { GroupId: groupId, IpPermissions });
        return world.rules(groupId).flatMap(({ id }) => (before.has(id) ? [] : [id]));
      }),
    close: (groupId, ruleIds) => {
      const rules = ruleIds.map((id) => findRule(world, groupId, id));
      for (const direction of directions) {
        const SecurityGroupRuleId = rules.filter((rule) => rule.direction === direction).map(({ id }) => id);
        if (SecurityGroupRuleId.length > 0) {
          call(revoking(world, direction), { GroupId: groupId, SecurityGroupRuleId });
        }
      }
    },
    rewrite: (groupId, ruleId, rule) => {
      const SecurityGroupRule = [{ SecurityGroupRuleId: ruleId, SecurityGroupRule: requestOf(rule) }];
      call(modifying(world), { GroupId: groupId, SecurityGroupRule });
    },
    describe: (groupId, ruleId, description) => {
      const { direction } = findRule(world, groupId, ruleId);
      const SecurityGroupRuleDescription = [{ SecurityGroupRuleId: ruleId, Description: description }];
      call(describing(world, direction), { GroupId: groupId, SecurityGroupRuleDescription });
    },
    createGroup: (name, vpcId = world.defaultVpcId()) => {
      const made = call(creating(world), { GroupName: name, GroupDescription: name, VpcId: vpcId });
      return String(made["groupId"]);
    },
    deleteGroup: (groupId) => {
      call(deleting(world), { GroupId: groupId });
    },
  };
}

function requestOf({ protocol, from, to, peer, description }: NewRule): object {
  return {
    IpProtocol: protocol,
    ...(from === undefined ? {} : { FromPort: from }),
    ...(to === undefined ? {} : { ToPort: to }),
    ...("cidr" in peer ? { [peer.cidr.includes(":") ? "CidrIpv6" : "CidrIpv4"]: peer.cidr } : {}),
    ...("prefixListId" in peer ? { PrefixListId: peer.prefixListId } : {}),
    ...("groupId" in peer ? { ReferencedGroupId: peer.groupId } : {}),
    ...(description === undefined ? {} : { Description: description }),
  };
}

/** A form knows only texts. */
function asForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((member) => asForm(member));
  if (typeof value !== "object" || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asForm(member)]));
}
