/** ModifySecurityGroupRules: gives rules new values, all or none; each is the whole new value. */

import { inWords, weightIn } from "./authorize.ts";
import type { Operation, Understood } from "./call.ts";
import { canonicalCidr } from "./cidr.ts";
import { checkRuleId, checkSource, findGroup, findRule } from "./finding.ts";
import { type ModifyInput, type RuleRequest, readModify } from "./inputs.ts";
import { checkedDescription, checkGroupId, groupSource, prefixList } from "./permission.ts";
import { groupNeed, prefixListNeed, ruleNeed } from "./permissions.ts";
import { protocolAndPorts } from "./ports.ts";
import { checkQuota } from "./quota.ts";
import { badRule, duplicateRule, missing } from "./refusals.ts";
import { identityOf, type RuleValue, type Source, type StoredRule } from "./rule.ts";
import { answeredWrapped, numbered, wrapped } from "./trail-shapes.ts";
import type { SecurityGroupWorld } from "./world.ts";

const name = "ModifySecurityGroupRules";

interface Update {
  readonly id: string;
  readonly value: RuleValue;
}

export function modifying(world: SecurityGroupWorld): Operation {
  const understand = (input: unknown): Understood => {
    const wanted = readModify(input);
    const { GroupId: groupId } = wanted;
    checkGroupId(groupId);
    const updates = wanted.SecurityGroupRule.map(({ SecurityGroupRuleId: id, SecurityGroupRule: rule }) => {
      checkRuleId(id);
      return { id, value: ruleValueOf(rule, world.accountId) };
    });
    return {
      dryRun: wanted.DryRun === true,
      needs: (caller) => {
        const asking = { operation: name, place: world, caller };
        const there = world.rules(groupId);
        return [
          groupNeed(asking, groupId, world.group(groupId)),
          ...updates.map(({ id }) =>
            ruleNeed(
              asking,
              id,
              there.find((rule) => rule.id === id),
            ),
          ),
          ...updates.flatMap(({ value: { source } }) =>
            source.kind === "prefix-list" ? [prefixListNeed(asking, source.prefixListId)] : [],
          ),
        ];
      },
      requestParameters: wrapped(name, { GroupId: groupId, SecurityGroupRule: asked(wanted) }),
      act: () => {
        rewrite(world, findGroup(world, groupId).id, updates);
        const answer = { return: true };
        return { answer, responseElements: answeredWrapped(name, answer) };
      },
    };
  };
  return { name, mutates: true, understand };
}

const asked = ({ SecurityGroupRule: rules }: ModifyInput) => numbered(rules);

function ruleValueOf(request: RuleRequest, accountId: string): RuleValue {
  return {
    ...protocolAndPorts(request),
    source: sourceOf(request, accountId),
    description: checkedDescription(request.Description),
  };
}

function sourceOf(request: RuleRequest, accountId: string): Source {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId } = request;
  const sources = [
    ...(CidrIpv4 === undefined ? [] : [network("ipv4", CidrIpv4)]),
    ...(CidrIpv6 === undefined ? [] : [network("ipv6", CidrIpv6)]),
    ...(PrefixListId === undefined ? [] : [prefixList(PrefixListId)]),
    ...(ReferencedGroupId === undefined ? [] : [groupSource(ReferencedGroupId, accountId)]),
  ];
  const [source] = sources;
  if (source === undefined) throw missing("Source group ID missing.");
  if (sources.length > 1) throw badRule("A security group rule has exactly one source or destination.");
  return source;
}

/** Here host bits are not cleared. */
function network(kind: "ipv4" | "ipv6", cidr: string): Source {
  if (canonicalCidr(cidr, kind) !== cidr) throw badRule(`CIDR block ${cidr} is malformed`);
  return { kind, cidr };
}

function rewrite(world: SecurityGroupWorld, groupId: string, updates: readonly Update[]): void {
  const changed = updates.map(({ id, value }): StoredRule => {
    const rule = findRule(world, groupId, id);
    checkSource(world, value.source);
    if (rule.value.source.kind !== value.source.kind) {
      throw badRule(`The type of the source of the security group rule '${id}' cannot be changed.`);
    }
    return { ...rule, value };
  });
  const after = new Map([...world.rules(groupId), ...changed].map((rule) => [rule.id, rule]));
  checkDistinct([...after.values()]);
  checkQuota([...after.values()], world.rulesMax, weightIn(world));
  for (const rule of changed) world.put(rule);
}

function checkDistinct(rules: readonly StoredRule[]): void {
  const seen = new Set<string>();
  for (const { direction, value } of rules) {
    const identity = `${direction} ${identityOf(value)}`;
    if (seen.has(identity)) throw duplicateRule(inWords(value));
    seen.add(identity);
  }
}
