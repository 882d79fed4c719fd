/** UpdateSecurityGroupRuleDescriptionsIngress and Egress: by the rules' ids or by what they are; left out, it is removed. */
import { invalidCombination } from "../refusals.ts";
import type { Operation, Understood } from "./call.ts";
import { checkRuleId, findGroup, findRule, groupIdOf } from "./finding.ts";
import { type DescriptionsInput, readDescriptions } from "./inputs.ts";
import { askedRules, checkedDescription } from "./permission.ts";
import { groupNeed } from "./permissions.ts";
import { missing, ruleNotFound } from "./refusals.ts";
import { type Direction, identityOf, type StoredRule } from "./rule.ts";
import { answeredWrapped, numbered, wrapped } from "./trail-shapes.ts";
import type { SecurityGroupWorld } from "./world.ts";

export function describing(world: SecurityGroupWorld, direction: Direction): Operation {
  const name = `UpdateSecurityGroupRuleDescriptions${direction === "in" ? "Ingress" : "Egress"}`;
  const understand = (input: unknown): Understood => {
    const wanted = readDescriptions(input);
    const groupId = groupIdOf(world, wanted);
    const renamed = renaming(world, wanted, { groupId, direction });
    return {
      dryRun: wanted.DryRun === true,
      needs: (caller) => [
        groupNeed({ operation: name, place: world, caller }, groupId, world.group(groupId)),
      ],
      requestParameters: wrapped(name, asked(wanted)),
      act: () => {
        findGroup(world, groupId);
        for (const rule of renamed()) world.put(rule);
        const answer = { return: true };
        return { answer, responseElements: answeredWrapped(name, answer) };
      },
    };
  };
  return { name, mutates: true, understand };
}

interface Where {
  readonly groupId: string;
  readonly direction: Direction;
}

/** Finds all the rules before it answers any. */
function renaming(world: SecurityGroupWorld, wanted: DescriptionsInput, where: Where): () => StoredRule[] {
  const { IpPermissions: permissions, SecurityGroupRuleDescription: described } = wanted;
  if (permissions !== undefined && described !== undefined) {
    throw invalidCombination(
      "The parameter ipPermissions cannot be used with the parameter securityGroupRuleDescriptions",
    );
  }
  if (described !== undefined) {
    const texts = described.map(({ SecurityGroupRuleId: id, Description }) => {
      checkRuleId(id);
      return { id, description: checkedDescription(Description) };
    });
    return () =>
      texts.map(({ id, description }) =>
        renamed(findRule(world, where.groupId, id, where.direction), description),
      );
  }
  if (permissions === undefined) throw missing("The request must contain the parameter ipPermissions");
  const asked = askedRules(permissions, world.accountId);
  return () =>
    asked.map(({ value }) => renamed(findEqual(world, where, identityOf(value)), value.description));
}

function findEqual(world: SecurityGroupWorld, { groupId, direction }: Where, identity: string): StoredRule {
  const rules = world.rules(groupId).filter((rule) => rule.direction === direction);
  const found = rules.find(({ value }) => identityOf(value) === identity);
  if (found === undefined) throw ruleNotFound();
  return found;
}

const renamed = (rule: StoredRule, description: string | undefined): StoredRule => ({
  ...rule,
  value: { ...rule.value, description },
});

function asked({
  DryRun: _,
  IpPermissions,
  SecurityGroupRuleDescription,
  ...group
}: DescriptionsInput): object {
  return {
    ...group,
    ...(IpPermissions === undefined ? {} : { IpPermissions: numbered(IpPermissions) }),
    ...(SecurityGroupRuleDescription === undefined
      ? {}
      : { SecurityGroupRuleDescription: numbered(SecurityGroupRuleDescription) }),
  };
}
