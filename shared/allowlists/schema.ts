/**
 * The nouns of the allowlists concern, canonical after parsing: one rule has one form, whoever wrote it, so what is
 * wanted and what is observed can be compared at all. A description is no part of a rule's identity.
 */
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";
import { parseNetwork } from "./address.ts";
import { canonicalPorts, canonicalProtocol, PORT_MAX } from "./protocol.ts";

/** As seen from what the group protects. */
export const Direction = z.enum(["in", "out"]);
export type Direction = z.infer<typeof Direction>;
export const DIRECTIONS: readonly Direction[] = ["in", "out"];

/** A network in its canonical text; one address is a network of one. */
export const CanonicalCidr = z.string().transform((text, context) => {
  const network = parseNetwork(text);
  if (network !== null) return network.text;
  const message = `"${text}" is no network: write one such as "10.10.1.0/24" or "fd00:10::/64"`;
  context.issues.push({ code: "custom", message, input: text });
  return z.NEVER;
});

export const PrefixListId = z.string().regex(/^pl-([0-9a-f]{8}|[0-9a-f]{17})$/, {
  error: 'is no id of a prefix list: copy it from AWS; it looks like "pl-0a1b2c3d4e5f60718"',
});
export const SecurityGroupId = z.string().regex(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, {
  error: 'is no id of a security group: copy it from AWS; it looks like "sg-0a1b2c3d4e5f60718"',
});
export const AccountId = z
  .string()
  .regex(/^\d{12}$/, { error: "is no AWS account: write its twelve digits" });
/** Such as `AzureCloud.uksouth`; Azure ignores the case of a tag, so comparisons must too (rule-key.ts). */
export const ServiceTag = z.string().regex(/^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*){0,2}$/, {
  error: 'is no service tag: write one such as "AzureActiveDirectory" or "AzureCloud.uksouth"',
});

/** The other end of a flow. */
export const Peer = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cidr"), cidr: CanonicalCidr }),
  z.strictObject({ kind: z.literal("prefix-list"), id: PrefixListId }),
  /** `account` where it is another than the group's own; the id alone tells groups apart. */
  z.strictObject({ kind: z.literal("security-group"), id: SecurityGroupId, account: AccountId.optional() }),
  z.strictObject({ kind: z.literal("service-tag"), tag: ServiceTag }),
]);
export type Peer = z.infer<typeof Peer>;

export const CanonicalProtocol = z.string().transform((text, context) => {
  const protocol = canonicalProtocol(text);
  if (protocol !== null) return protocol;
  const message = `"${text}" is no protocol: write tcp, udp, icmp, icmpv6, all, or a number from 0 to 255`;
  context.issues.push({ code: "custom", message, input: text });
  return z.NEVER;
});

const Port = z.int().min(0).max(PORT_MAX);
const PortRange = z
  .strictObject({ from: Port, to: Port })
  .refine(({ from, to }) => from <= to, { error: "ends before it begins: write the lower port first" });

/**
 * One rule: what may pass. `protocol` is `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or another's number in decimal.
 * `ports` is null where it is all of them, or where the protocol has none; of ICMP it is the range of
 * type x 256 + code (protocol.ts). Parsing what was parsed changes nothing.
 */
export const Rule = z
  .strictObject({
    direction: Direction,
    protocol: CanonicalProtocol,
    ports: PortRange.nullable(),
    peer: Peer,
    description: z.string().max(255),
  })
  .transform((rule) => ({ ...rule, ports: canonicalPorts(rule.protocol, rule.ports) }));
export type Rule = z.output<typeof Rule>;

/** A rule that is wanted for a time: from `from`, or at once, up to and without `until`. */
export interface Exception {
  readonly rule: Rule;
  readonly author: string;
  readonly reason: string;
  readonly from?: Instant;
  readonly until: Instant;
}

interface Group {
  /** The link's name of it. */
  readonly name: string;
  /** `all`: every rule of these directions is ours. `marked`: only those with our mark, and no other is touched. */
  readonly own: "all" | "marked";
  /** `report` tells and touches nothing. */
  readonly mode: "heal" | "report";
  /**
   * The directions that are looked after; rules of the other are nobody's business here. On Azure each of them ends
   * in an explicit deny of ours, as its default rules allow more than any allowlist.
   */
  readonly directions: readonly Direction[];
  /** Sorted by their keys, none twice. */
  readonly rules: readonly Rule[];
  readonly exceptions: readonly Exception[];
}

export interface AwsGroup extends Group {
  readonly cloud: "aws";
  /** The id of a security group. */
  readonly group: string;
  /** The quota of rules for a direction and address family. */
  readonly rulesMax: number;
}

export interface AzureGroup extends Group {
  readonly cloud: "azure";
  readonly group: { readonly resourceGroup: string; readonly nsg: string; readonly subscription?: string };
}

export type AllowlistGroup = AwsGroup | AzureGroup;

/** What the link wants of every group. */
export interface Allowlists {
  /** The link's name: the mark is made of it. */
  readonly link: string;
  /** How many formerly wanted flows of a group a new link may close without being asked; 0 means none. */
  readonly shrinkMax: number;
  readonly groups: readonly AllowlistGroup[];
}

/**
 * What the name of each of our rules in Azure begins with. The name of a link has single hyphens only, so no link's
 * mark is the beginning of another's: "lab" must not take the rules of "lab-two" for its own.
 */
export const markPrefix = (link: string): string => `warrener-${link}--`;

/** The tag of each of our rules in AWS; its value is the link's name. */
export const MARK_TAG = "warrener:link";

/** What a person agreed to, and what was there before. */
export interface Consent {
  readonly shrinkMax: number;
  /**
   * The rules that the last applied link wanted of this group, without exceptions; null: none was ever applied, so
   * the group is met for the first time.
   */
  readonly lastApplied: readonly Rule[] | null;
  /** The digest of the wish that was accepted for this group last (consent.ts); an older wish's counts for nothing. */
  readonly accepted: string | null;
  /**
   * Of `lastApplied` nobody knows to which group of the cloud it was applied, as an earlier version kept it: it counts
   * for a group that is in order, and what is not in order is met for the first time. Left out: that is known.
   */
  readonly isOfUnknownScope?: boolean;
  /** Since when some of `lastApplied` is neither wanted nor seen open; left out as null: none is. */
  readonly unseenSince?: Instant | null;
}

/** Why a rule is opened or closed, and what is told of it. */
export type DriftReason =
  /** Wanted, and not open or not wholly. */
  | "missing"
  /** The same, of what the last applied link did not want yet: nobody has taken it away. */
  | "newly-wanted"
  /** Open, and never wanted. */
  | "unwanted"
  /** Open, and only a part of it is wanted. */
  | "too-wide"
  /** Open as an exception that is over. */
  | "exception-over"
  /** Open as the last applied link wanted it, and this one does not. */
  | "no-longer-wanted"
  /** The part of what is too wide that stays open, as the last applied link wanted it and nobody agreed to its end. */
  | "awaiting-consent"
  /** Ours, and opens only what others of ours open: closing it closes nothing. */
  | "redundant";

/** One difference between what is wanted and what is observed. */
export interface Drift {
  readonly reason: DriftReason;
  readonly rule: Rule;
  /** The observed rule's, where there is one. */
  readonly id?: string;
  /** Of one that is redundant: it has no mark of ours, and the last applied link did not want it. */
  readonly isByOthers?: boolean;
  /** Of a rule that is wanted, or was, for a time only. */
  readonly exception?: Exception;
}
