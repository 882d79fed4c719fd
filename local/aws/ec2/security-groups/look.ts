/** The calls that look: rules, groups, and the prefix lists that rules speak of. They see what is a moment old. */
import { type FilterReader, matcherBy } from "../filters.ts";
import { groupXml, prefixListXml, ruleXml } from "./answers.ts";
import type { Operation, Understood } from "./call.ts";
import { checkRuleId } from "./finding.ts";
import { readGroups, readPrefixLists, readRules } from "./inputs.ts";
import type { Group, PrefixList } from "./nouns.ts";
import { checkPage, pageOf } from "./page.ts";
import { checkGroupId, checkPrefixListId } from "./permission.ts";
import { lookNeed } from "./permissions.ts";
import { groupNotFound, prefixListNotFound, ruleIdNotFound, tooManyFilters } from "./refusals.ts";
import type { StoredRule } from "./rule.ts";
import type { SecurityGroupWorld } from "./world.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const filtersMax = 50;
const filterValuesMax = 200;

export function lookingAtRules(world: SecurityGroupWorld): Operation {
  const name = "DescribeSecurityGroupRules";
  const valuesOf: Readonly<Record<string, FilterReader<StoredRule>>> = {
    "group-id": ({ groupId }) => [groupId],
    "security-group-rule-id": ({ id }) => [id],
  };
  const understand = (input: unknown): Understood => {
    const { SecurityGroupRuleId: ids = [], Filter = [], DryRun, ...page } = readRules(input);
    for (const id of ids) checkRuleId(id);
    checkPage(page, { min: 5, max: 1000 });
    checkFilters(Filter);
    const matches = matcherBy(Filter, { operation: name, valuesOf, unsupported: [] });
    return look(world, name, DryRun, () => {
      const named = chosen(world.seenRules(), ids, ruleIdNotFound);
      const { page: rules, ...rest } = pageOf(named.filter(matches), page);
      return { securityGroupRuleSet: rules.map((rule) => ruleXml(rule, world)), ...rest };
    });
  };
  return { name, mutates: false, understand };
}

export function lookingAtGroups(world: SecurityGroupWorld): Operation {
  const name = "DescribeSecurityGroups";
  const valuesOf: Readonly<Record<string, FilterReader<Group>>> = {
    description: ({ description }) => [description],
    "group-id": ({ id }) => [id],
    "group-name": (group) => [group.name],
    "owner-id": () => [world.accountId],
    "tag-key": ({ tags }) => Object.keys(tags),
    "vpc-id": ({ vpcId }) => [vpcId],
  };
  const understand = (input: unknown): Understood => {
    const { GroupId: ids = [], Filter = [], DryRun, ...page } = readGroups(input);
    for (const id of ids) checkGroupId(id);
    checkPage(page, { min: 5, max: 1000 });
    checkFilters(Filter);
    const unsupported = Filter.map((filter) => filter.Name).filter((one) =>
      /^(egress\.)?ip-permission\./.test(one),
    );
    const matches = matcherBy(Filter, { operation: name, valuesOf, unsupported });
    return look(world, name, DryRun, () => {
      const named = chosen(world.seenGroups(), ids, groupNotFound);
      const { page: groups, ...rest } = pageOf(named.filter(matches), page);
      const rules = Map.groupBy(world.seenRules(), ({ groupId }) => groupId);
      const shown = groups.map((group) => groupXml(group, rules.get(group.id) ?? [], world));
      return { securityGroupInfo: shown, ...rest };
    });
  };
  return { name, mutates: false, understand };
}

export function lookingAtPrefixLists(world: SecurityGroupWorld): Operation {
  const name = "DescribeManagedPrefixLists";
  const valuesOf: Readonly<
    Record<string, FilterReader<PrefixList & { readonly tags: Record<string, string> }>>
  > = {
    "owner-id": ({ managedByAws }) => [managedByAws === true ? "AWS" : world.accountId],
    "prefix-list-id": ({ id }) => [id],
    "prefix-list-name": (list) => [list.name],
  };
  const understand = (input: unknown): Understood => {
    const { PrefixListId: ids = [], Filter = [], DryRun, ...page } = readPrefixLists(input);
    for (const id of ids) checkPrefixListId(id);
    checkPage(page, { min: 1, max: 100 });
    checkFilters(Filter);
    const matches = matcherBy(Filter, { operation: name, valuesOf, unsupported: [] });
    return look(world, name, DryRun, () => {
      const lists = world.prefixLists().map((list) => ({ ...list, tags: {} }));
      const named = chosen(lists, ids, prefixListNotFound);
      const { page: shown, ...rest } = pageOf(named.filter(matches), page);
      return { prefixListSet: shown.map((list) => prefixListXml(list, world)), ...rest };
    });
  };
  return { name, mutates: false, understand };
}

function look(
  world: SecurityGroupWorld,
  operation: string,
  dryRun: boolean | undefined,
  show: () => ReturnType<Understood["act"]>["answer"],
): Understood {
  return {
    dryRun: dryRun === true,
    needs: (caller) => [lookNeed({ operation, place: world, caller })],
    act: () => ({ answer: show() }),
  };
}

/** All, or those that the call names: one that is not there refuses it, other than the value of a filter. */
function chosen<T extends { readonly id: string }>(
  things: readonly T[],
  ids: readonly string[],
  notFound: (id: string) => Error,
): readonly T[] {
  if (ids.length === 0) return things;
  return [...new Set(ids)].map((id) => {
    const found = things.find((thing) => thing.id === id);
    if (found === undefined) throw notFound(id);
    return found;
  });
}

function checkFilters(filters: readonly { readonly Value: readonly string[] }[]): void {
  if (filters.length > filtersMax || filters.some(({ Value }) => Value.length > filterValuesMax)) {
    throw tooManyFilters();
  }
}
