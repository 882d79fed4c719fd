/**
 * How CloudTrail writes calls about security groups: names begin in lower case, a list is `{ items: [...] }` and an
 * empty one `{}`, success is `_return`. Calls of a later generation are wrapped and keep the case of the API.
 * https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.ec2-security-group-open-port-22-ingress/
 * https://github.com/aws-samples/cloud-trail-lake-query-samples/blob/main/ec2-security-historical-changes.sql
 */
import type { Xml } from "../wire.ts";
import type { Answer } from "./call.ts";
import type { AuthorizeInput, IpPermission, RevokeInput, TagSpecification } from "./inputs.ts";

const list = (items: readonly unknown[] | undefined): object =>
  items === undefined || items.length === 0 ? {} : { items };

/** Of a call that names its rules by what they are. */
export function permissionsAsked(input: AuthorizeInput | RevokeInput): object {
  const { GroupId, GroupName, IpPermissions, IpProtocol, FromPort, ToPort, CidrIp } = input;
  return {
    ...(GroupId === undefined ? {} : { groupId: GroupId }),
    ...(GroupName === undefined ? {} : { groupName: GroupName }),
    ...(IpProtocol === undefined ? {} : { ipProtocol: IpProtocol }),
    ...(FromPort === undefined ? {} : { fromPort: FromPort }),
    ...(ToPort === undefined ? {} : { toPort: ToPort }),
    ...(CidrIp === undefined ? {} : { cidrIp: CidrIp }),
    ipPermissions: list(IpPermissions?.map((permission) => permissionAsked(permission))),
  };
}

function permissionAsked(permission: IpPermission): object {
  const { IpProtocol, FromPort, ToPort, Groups, IpRanges, Ipv6Ranges, PrefixListIds } = permission;
  return {
    ...(IpProtocol === undefined ? {} : { ipProtocol: IpProtocol }),
    ...(FromPort === undefined ? {} : { fromPort: FromPort }),
    ...(ToPort === undefined ? {} : { toPort: ToPort }),
    groups: list(Groups?.map((group) => inLowerCase(group))),
    ipRanges: list(IpRanges?.map((range) => inLowerCase(range))),
    ipv6Ranges: list(Ipv6Ranges?.map((range) => inLowerCase(range))),
    prefixListIds: list(PrefixListIds?.map((one) => inLowerCase(one))),
  };
}

export function ruleIdsAsked(ids: readonly string[] | undefined): object {
  if (ids === undefined) return {};
  return { securityGroupRuleIds: list(ids.map((securityGroupRuleId) => ({ securityGroupRuleId }))) };
}

export function tagsAsked(specifications: TagSpecification): object {
  if (specifications === undefined) return {};
  const items = specifications.map(({ ResourceType, Tag }) => ({
    resourceType: ResourceType,
    tags: Tag.map((tag) => inLowerCase(tag)),
  }));
  return { tagSpecificationSet: { items } };
}

/** A single member stands by itself, and every one has its number in `tag`. */
export function numbered(members: readonly object[]): object {
  const all = members.map((member, index) => ({ ...member, tag: index + 1 }));
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : all;
}

export const wrapped = (name: string, request: object): object => ({ [`${name}Request`]: request });

export function answered(answer: Answer): (requestId: string) => object {
  return (requestId) => {
    const { return: succeeded, ...rest } = answer;
    const told = Object.entries(rest).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, asTold(value)] as const],
    );
    return {
      requestId,
      ...(succeeded === undefined ? {} : { _return: succeeded }),
      ...Object.fromEntries(told),
    };
  };
}

export function answeredWrapped(name: string, answer: Answer): (requestId: string) => object {
  return (requestId) => ({ [`${name}Response`]: { ...answer, requestId } });
}

function asTold(value: Xml): unknown {
  if (Array.isArray(value)) return list(value.map((member: Xml) => asTold(member)));
  if (typeof value !== "object") return value;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name, asTold(member)] as const],
  );
  return Object.fromEntries(members);
}

function inLowerCase(members: Readonly<Record<string, unknown>>): object {
  const renamed = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value] as const);
  return Object.fromEntries(renamed);
}
