/** What EC2 shows of security groups, in the names of its wire. */
import type { Place } from "../answers.ts";
import type { Xml } from "../wire.ts";
import type { Group, PrefixList } from "./nouns.ts";
import type { RuleValue, Source, StoredRule } from "./rule.ts";

export const groupArn = ({ region, accountId }: Place, id: string) =>
  `arn:aws:ec2:${region}:${accountId}:security-group/${id}`;

export const ruleArn = ({ region, accountId }: Place, id: string) =>
  `arn:aws:ec2:${region}:${accountId}:security-group-rule/${id}`;

export const prefixListArn = ({ region, accountId }: Place, id: string) =>
  `arn:aws:ec2:${region}:${accountId}:prefix-list/${id}`;

/** `value` in place of the rule's own: the answer to a call repeats its networks as they were written. */
export function ruleXml(rule: StoredRule, place: Place, value: RuleValue = rule.value): Xml {
  const { id, groupId, direction, tags } = rule;
  return {
    securityGroupRuleId: id,
    groupId,
    groupOwnerId: place.accountId,
    isEgress: direction === "out",
    ...portsXml(value),
    ...sourceXml(value.source),
    ...described(value),
    tagSet: tagsXml(tags),
    securityGroupRuleArn: ruleArn(place, id),
  };
}

/** Another shape than that of a rule: the group it speaks of stands by its id alone, and there are no tags. */
export function revokedXml({ id, groupId, direction, value }: StoredRule): Xml {
  const { source } = value;
  return {
    securityGroupRuleId: id,
    groupId,
    isEgress: direction === "out",
    ...portsXml(value),
    ...(source.kind === "group" ? { referencedGroupId: source.groupId } : sourceXml(source)),
    ...described(value),
  };
}

export function groupXml(group: Group, rules: readonly StoredRule[], place: Place): Xml {
  const permissions = (direction: StoredRule["direction"]) =>
    permissionsXml(rules.filter((rule) => rule.direction === direction).map(({ value }) => value));
  return {
    ownerId: place.accountId,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    ipPermissions: permissions("in"),
    ipPermissionsEgress: permissions("out"),
    vpcId: group.vpcId,
    tagSet: tagsXml(group.tags),
    securityGroupArn: groupArn(place, group.id),
  };
}

/** Rules of the same protocol and ports are one permission; one of all protocols has no ports. */
export function permissionsXml(values: readonly RuleValue[]): Xml[] {
  const alike = Map.groupBy(
    values,
    ({ ipProtocol, fromPort, toPort }) => `${ipProtocol} ${fromPort} ${toPort}`,
  );
  return [...alike.values()].map((group) => permissionXml(group));
}

function permissionXml(values: readonly RuleValue[]): Xml {
  const [first] = values;
  const shown = first !== undefined && first.ipProtocol !== "-1" ? portsXml(first) : { ipProtocol: "-1" };
  const of = (kind: Source["kind"]) => values.filter(({ source }) => source.kind === kind);
  return {
    ...shown,
    groups: of("group").map((value) => ({ ...userGroup(value.source), ...described(value) })),
    ipRanges: of("ipv4").map((value) => ({ cidrIp: cidrOf(value.source), ...described(value) })),
    ipv6Ranges: of("ipv6").map((value) => ({ cidrIpv6: cidrOf(value.source), ...described(value) })),
    prefixListIds: of("prefix-list").map((value) => ({ ...sourceXml(value.source), ...described(value) })),
  };
}

export function prefixListXml(list: PrefixList, place: Place): Xml {
  const { id, name, addressFamily, maxEntries, managedByAws = false } = list;
  return {
    prefixListId: id,
    addressFamily,
    state: "create-complete",
    prefixListArn: prefixListArn({ ...place, ...(managedByAws ? { accountId: "aws" } : {}) }, id),
    prefixListName: name,
    ...(managedByAws ? {} : { maxEntries, version: 1 }),
    tagSet: [],
    ownerId: managedByAws ? "AWS" : place.accountId,
  };
}

const portsXml = ({ ipProtocol, fromPort, toPort }: RuleValue) => ({ ipProtocol, fromPort, toPort });

const described = ({ description }: RuleValue) => (description === undefined ? {} : { description });

export const tagsXml = (tags: Readonly<Record<string, string>>): Xml[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

function sourceXml(source: Source): Readonly<Record<string, Xml>> {
  switch (source.kind) {
    case "ipv4":
      return { cidrIpv4: source.cidr };
    case "ipv6":
      return { cidrIpv6: source.cidr };
    case "prefix-list":
      return { prefixListId: source.prefixListId };
    case "group":
      return { referencedGroupInfo: userGroup(source) };
  }
}

const userGroup = (source: Source): Readonly<Record<string, Xml>> =>
  source.kind === "group" ? { groupId: source.groupId, userId: source.userId } : {};

const cidrOf = (source: Source): string =>
  source.kind === "ipv4" || source.kind === "ipv6" ? source.cidr : "";
