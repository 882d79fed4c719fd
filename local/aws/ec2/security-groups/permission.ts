/**
 * What a caller wrote, made into rules: one for each source, in the spelling that EC2 keeps.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */
import { canonicalCidr } from "./cidr.ts";
import type { IpPermission } from "./inputs.ts";
import { protocolAndPorts } from "./ports.ts";
import { badRule, malformedGroupId, malformedPrefixListId, missing } from "./refusals.ts";
import type { RuleValue, Source } from "./rule.ts";

export interface AskedRule {
  readonly value: RuleValue;
  /** The same with the network as the caller wrote it, which the call's own answer repeats. */
  readonly written: RuleValue;
}

/** Throws `Refusal`. `accountId`: of a group whose owner is not named. */
export function askedRules(permissions: readonly IpPermission[], accountId: string): AskedRule[] {
  return permissions.flatMap((permission) => {
    const ports = protocolAndPorts(permission);
    const sources = sourcesOf(permission, accountId);
    if (sources.length === 0) throw missing("Source group ID missing.");
    return sources.map(({ source, written, description }): AskedRule => {
      const value = { ...ports, source, description: checkedDescription(description) };
      return { value, written: { ...value, source: written } };
    });
  });
}

interface AskedSource {
  readonly source: Source;
  readonly written: Source;
  readonly description: string | undefined;
}

function sourcesOf(permission: IpPermission, accountId: string): AskedSource[] {
  const { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], Groups = [] } = permission;
  const exactly = (source: Source, description: string | undefined): AskedSource => ({
    source,
    written: source,
    description,
  });
  return [
    ...IpRanges.map(({ CidrIp, Description }) => network("ipv4", CidrIp, Description)),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }) => network("ipv6", CidrIpv6, Description)),
    ...PrefixListIds.map(({ PrefixListId, Description }) => exactly(prefixList(PrefixListId), Description)),
    ...Groups.map(({ GroupId, UserId, Description }) =>
      exactly(groupSource(GroupId, UserId ?? accountId), Description),
    ),
  ];
}

function network(kind: "ipv4" | "ipv6", cidr: string, description: string | undefined): AskedSource {
  const canonical = canonicalCidr(cidr, kind);
  if (canonical === null) throw badRule(`CIDR block ${cidr} is malformed`);
  return { source: { kind, cidr: canonical }, written: { kind, cidr }, description };
}

export function prefixList(prefixListId: string): Source {
  checkPrefixListId(prefixListId);
  return { kind: "prefix-list", prefixListId };
}

export function checkPrefixListId(id: string): void {
  if (!/^pl-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw malformedPrefixListId(id);
}

export function groupSource(groupId: string, userId: string): Source {
  checkGroupId(groupId);
  return { kind: "group", groupId, userId };
}

export function checkGroupId(id: string): void {
  if (!/^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw malformedGroupId(id);
}

export function checkedDescription(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(text)) return text;
  throw badRule(
    "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
  );
}
