/** AuthorizeSecurityGroupIngress and Egress: opens all the rules of a call, or none. */

import { ruleXml } from "./answers.ts";
import type { Operation, Understood } from "./call.ts";
import { checkSource, findGroup, groupIdOf, tagsOf } from "./finding.ts";
import { permissionsOf } from "./flat.ts";
import { readAuthorize } from "./inputs.ts";
import { type AskedRule, askedRules } from "./permission.ts";
import { groupNeed, newRuleNeeds } from "./permissions.ts";
import { checkQuota } from "./quota.ts";
import { duplicateRule, twiceInOneCall } from "./refusals.ts";
import { type Direction, identityOf, nameOf, type RuleValue, type StoredRule } from "./rule.ts";
import { answered, permissionsAsked, tagsAsked } from "./trail-shapes.ts";
import type { SecurityGroupWorld } from "./world.ts";

export function authorizing(world: SecurityGroupWorld, direction: Direction): Operation {
  const name = direction === "in" ? "AuthorizeSecurityGroupIngress" : "AuthorizeSecurityGroupEgress";
  const understand = (input: unknown): Understood => {
    const wanted = readAuthorize(input);
    const groupId = groupIdOf(world, wanted);
    const asked = askedRules(permissionsOf(wanted, direction), world.accountId);
    const tags = tagsOf(wanted.TagSpecification, "security-group-rule");
    const newId = world.newId("sgr");
    return {
      dryRun: wanted.DryRun === true,
      needs: (caller) => {
        const asking = { operation: name, place: world, caller };
        return [groupNeed(asking, groupId, world.group(groupId)), ...newRuleNeeds(asking, newId, tags)];
      },
      requestParameters: { ...permissionsAsked(wanted), ...tagsAsked(wanted.TagSpecification) },
      act: () => {
        findGroup(world, groupId);
        const answer = open(world, { groupId, direction, tags }, asked);
        return { answer, responseElements: answered(answer) };
      },
    };
  };
  return { name, mutates: true, understand };
}

interface Where {
  readonly groupId: string;
  readonly direction: Direction;
  readonly tags: StoredRule["tags"];
}

function open(world: SecurityGroupWorld, where: Where, asked: readonly AskedRule[]) {
  const there = world.rules(where.groupId);
  checkNew(world, where, asked);
  const opened = asked.map(({ value, written }) => ({
    rule: { ...where, id: world.newId("sgr"), value },
    written,
  }));
  checkQuota([...there, ...opened.map(({ rule }) => rule)], world.rulesMax, weightIn(world));
  for (const { rule } of opened) world.put(rule);
  const shown = opened.map(({ rule, written }) => ruleXml(rule, world, written));
  return { return: true, securityGroupRuleSet: shown };
}

function checkNew(
  world: SecurityGroupWorld,
  { groupId, direction }: Where,
  asked: readonly AskedRule[],
): void {
  for (const { value } of asked) checkSource(world, value.source);
  const identities = asked.map(({ value }) => identityOf(value));
  if (new Set(identities).size < identities.length) throw twiceInOneCall();
  const there = world.rules(groupId).filter((rule) => rule.direction === direction);
  for (const { value } of there) {
    if (identities.includes(identityOf(value))) throw duplicateRule(inWords(value));
  }
}

/** How many rules a reference to a prefix list counts for. */
export const weightIn =
  (world: SecurityGroupWorld) =>
  (id: string): number =>
    world.prefixLists().find((list) => list.id === id)?.maxEntries ?? 1;

/** As the refusal of a duplicate names a rule. */
export function inWords({ ipProtocol, fromPort, toPort, source }: RuleValue): string {
  const peer = `peer: ${nameOf(source)}`;
  if (ipProtocol === "-1") return `${peer}, ALL, ALLOW`;
  const ports = ipProtocol.startsWith("icmp") ? ["type", "code"] : ["from port", "to port"];
  return `${peer}, ${ipProtocol.toUpperCase()}, ${ports[0]}: ${fromPort}, ${ports[1]}: ${toPort}, ALLOW`;
}
