/** What the world of security groups is made of, and how whoever sets one up writes it. */

import type { IpPermission } from "./inputs.ts";
import { askedRules } from "./permission.ts";
import type { Direction, StoredRule } from "./rule.ts";

export interface Vpc {
  readonly id: string;
  readonly isDefault: boolean;
  readonly hasIpv6: boolean;
}

export interface PrefixList {
  readonly id: string;
  readonly name: string;
  readonly addressFamily: "IPv4" | "IPv6";
  /** So many rules does a reference to it count for. */
  readonly maxEntries: number;
  /** AWS's own: it counts, and does not show for how much. */
  readonly managedByAws?: boolean;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** A network interface has it, so it cannot be deleted. */
  readonly attached: boolean;
  readonly madeAtMs: number;
}

export interface NewGroup {
  readonly id?: string;
  readonly name: string;
  readonly description?: string;
  readonly vpcId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly attached?: boolean;
  readonly rules?: readonly NewRule[];
  /** A new group lets everything out unless whoever makes it takes that rule away. Default: "everything". */
  readonly egress?: "everything" | "none";
}

export interface NewRule {
  readonly direction: Direction;
  readonly protocol: string;
  readonly from?: number;
  readonly to?: number;
  readonly peer: { readonly cidr: string } | { readonly prefixListId: string } | { readonly groupId: string };
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Throws `Refusal` as EC2 would. */
export function ruleFrom(
  rule: NewRule,
  of: { readonly id: string; readonly groupId: string; readonly accountId: string },
): StoredRule {
  const [asked] = askedRules([permissionOf(rule)], of.accountId);
  if (asked === undefined) throw new Error("a rule has one source");
  const { direction, tags = {} } = rule;
  return { id: of.id, groupId: of.groupId, direction, value: asked.value, tags };
}

/** As the API takes it. */
export function permissionOf({ protocol, from, to, peer, description }: NewRule): IpPermission {
  const described = description === undefined ? {} : { Description: description };
  return {
    IpProtocol: protocol,
    ...(from === undefined ? {} : { FromPort: from }),
    ...(to === undefined ? {} : { ToPort: to }),
    ...("cidr" in peer && peer.cidr.includes(":")
      ? { Ipv6Ranges: [{ CidrIpv6: peer.cidr, ...described }] }
      : {}),
    ...("cidr" in peer && !peer.cidr.includes(":")
      ? { IpRanges: [{ CidrIp: peer.cidr, ...described }] }
      : {}),
    ...("prefixListId" in peer ? { PrefixListIds: [{ PrefixListId: peer.prefixListId, ...described }] } : {}),
    ...("groupId" in peer ? { Groups: [{ GroupId: peer.groupId, ...described }] } : {}),
  };
}
