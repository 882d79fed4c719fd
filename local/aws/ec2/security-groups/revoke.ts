/**
 * RevokeSecurityGroupIngress and Egress: by the rules' ids, or by what they are. What is not there refuses the call and
 * nothing is closed; in a default VPC alone, it is listed in the answer.
 */
import { invalidCombination } from "../refusals.ts";
import { permissionsXml, revokedXml } from "./answers.ts";
import type { Done, Operation, Understood } from "./call.ts";
import { checkRuleId, findGroup, findRule, groupIdOf } from "./finding.ts";
import { permissionsOf } from "./flat.ts";
import { type RevokeInput, readRevoke } from "./inputs.ts";
import { askedRules } from "./permission.ts";
import { groupNeed } from "./permissions.ts";
import { ruleNotFound } from "./refusals.ts";
import { type Direction, identityOf, type RuleValue, type StoredRule } from "./rule.ts";
import { answered, permissionsAsked, ruleIdsAsked } from "./trail-shapes.ts";
import type { SecurityGroupWorld } from "./world.ts";

export function revoking(world: SecurityGroupWorld, direction: Direction): Operation {
  const name = direction === "in" ? "RevokeSecurityGroupIngress" : "RevokeSecurityGroupEgress";
  const understand = (input: unknown): Understood => {
    const wanted = readRevoke(input);
    const groupId = groupIdOf(world, wanted);
    const ids = idsOf(wanted);
    const values = ids === undefined ? valuesOf(world, wanted, direction) : [];
    return {
      dryRun: wanted.DryRun === true,
      needs: (caller) => [
        groupNeed({ operation: name, place: world, caller }, groupId, world.group(groupId)),
      ],
      requestParameters: { ...permissionsAsked(wanted), ...ruleIdsAsked(ids) },
      act: () =>
        ids === undefined
          ? closeEqual(world, { groupId, direction }, values)
          : close(
              world,
              ids.map((id) => findRule(world, findGroup(world, groupId).id, id, direction)),
              [],
            ),
    };
  };
  return { name, mutates: true, understand };
}

function idsOf({ SecurityGroupRuleId, IpPermissions, IpProtocol, CidrIp }: RevokeInput) {
  if (SecurityGroupRuleId === undefined) return undefined;
  if ([IpPermissions, IpProtocol, CidrIp].some((value) => value !== undefined)) {
    throw invalidCombination(
      "The parameter ipPermissions cannot be used with the parameter securityGroupRuleIds",
    );
  }
  for (const id of SecurityGroupRuleId) checkRuleId(id);
  return [...new Set(SecurityGroupRuleId)];
}

function valuesOf(world: SecurityGroupWorld, wanted: RevokeInput, direction: Direction): RuleValue[] {
  return askedRules(permissionsOf(wanted, direction), world.accountId).map(({ value }) => value);
}

function closeEqual(
  world: SecurityGroupWorld,
  { groupId, direction }: { readonly groupId: string; readonly direction: Direction },
  values: readonly RuleValue[],
): Done {
  const { vpcId } = findGroup(world, groupId);
  const rules = world.rules(groupId).filter((rule) => rule.direction === direction);
  const found = values.map((value) => ({
    value,
    rule: rules.find((rule) => identityOf(rule.value) === identityOf(value)),
  }));
  const unknown = found.filter(({ rule }) => rule === undefined).map(({ value }) => value);
  if (unknown.length > 0 && world.vpc(vpcId)?.isDefault !== true) throw ruleNotFound();
  return close(
    world,
    found.flatMap(({ rule }) => rule ?? []),
    unknown,
  );
}

function close(world: SecurityGroupWorld, rules: readonly StoredRule[], unknown: readonly RuleValue[]): Done {
  for (const rule of rules) world.drop(rule);
  const answer = {
    return: true,
    unknownIpPermissionSet: permissionsXml(unknown),
    revokedSecurityGroupRuleSet: rules.map((rule) => revokedXml(rule)),
  };
  return { answer, responseElements: answered(answer) };
}
