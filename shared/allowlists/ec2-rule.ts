/**
 * Rules as EC2 describes and takes them. What it describes is read in full or not at all: a rule of which a part
 * cannot be read is never taken for none, nor for another.
 *
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html and API_IpPermission.html
 */
import type { IpPermission, SecurityGroupRuleRequest } from "@aws-sdk/client-ec2";
import * as z from "zod";
import { cut } from "../alerts/condition.ts";
import { canonicalProtocol, fromEc2Ports, hasPorts, toEc2Ports } from "./protocol.ts";
import { AccountId, MARK_TAG, type Peer, Rule } from "./schema.ts";
import type { ObservedRule } from "./security-group.ts";

const Described = z.object({
  SecurityGroupRuleId: z.string().min(1),
  GroupOwnerId: z.string().optional(),
  IsEgress: z.boolean(),
  IpProtocol: z.string(),
  FromPort: z.int().optional(),
  ToPort: z.int().optional(),
  CidrIpv4: z.string().optional(),
  CidrIpv6: z.string().optional(),
  PrefixListId: z.string().optional(),
  ReferencedGroupInfo: z.object({ GroupId: z.string(), UserId: z.string().optional() }).optional(),
  Description: z.string().optional(),
  Tags: z.array(z.object({ Key: z.string().optional(), Value: z.string().optional() })).optional(),
});
type Described = z.output<typeof Described>;

/** As long as EC2 allows it. */
const DESCRIPTION_MAX = 255;

/** Null when it cannot be read. `link`: the link's name, whose rules carry the mark. */
export function readEc2Rule(described: unknown, link: string): ObservedRule | null {
  const parsed = Described.safeParse(described);
  if (!parsed.success) return null;
  const { SecurityGroupRuleId: id, IsEgress, IpProtocol, FromPort, ToPort, Tags = [] } = parsed.data;
  const protocol = canonicalProtocol(IpProtocol);
  if (protocol === null) return null;
  // Without them all ports would be taken for open.
  if (hasPorts(protocol) && (FromPort === undefined || ToPort === undefined)) return null;
  const rule = Rule.safeParse({
    direction: IsEgress ? "out" : "in",
    protocol,
    ports: fromEc2Ports(protocol, FromPort, ToPort),
    peer: readPeer(parsed.data),
    description: cut(parsed.data.Description ?? "", DESCRIPTION_MAX),
  });
  if (!rule.success) return null;
  const marked = Tags.some(({ Key, Value }) => Key === MARK_TAG && Value === link);
  return { id, rule: rule.data, marked };
}

type PeerInput = z.input<typeof Rule>["peer"];

/** EC2 names exactly one; anything else is null, which is no peer. */
function readPeer({ GroupOwnerId, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo }: Described) {
  const peers = [
    ...given(CidrIpv4, (cidr) => ({ kind: "cidr", cidr })),
    ...given(CidrIpv6, (cidr) => ({ kind: "cidr", cidr })),
    ...given(PrefixListId, (id) => ({ kind: "prefix-list", id })),
    ...given(ReferencedGroupInfo, ({ GroupId: id, UserId: account }) => ({
      kind: "security-group",
      id,
      // The group's own account needs no naming; the owner of a group of AWS's own (amazon-elb) is none.
      ...(AccountId.safeParse(account).success && account !== GroupOwnerId ? { account } : {}),
    })),
  ];
  return peers.length === 1 ? peers[0] : null;
}

const given = <T>(value: T | undefined, make: (value: T) => PeerInput): PeerInput[] =>
  value === undefined ? [] : [make(value)];

/** For a rule that is added. EC2 knows no service tags: null for a rule with one. */
export function toPermission({ protocol, ports, peer, description }: Rule): IpPermission | null {
  const { from, to } = toEc2Ports(protocol, ports);
  const traffic = { IpProtocol: toEc2Protocol(protocol), FromPort: from, ToPort: to };
  const described = description === "" ? {} : { Description: description };
  switch (peer.kind) {
    case "cidr":
      return isIpv6(peer)
        ? { ...traffic, Ipv6Ranges: [{ CidrIpv6: peer.cidr, ...described }] }
        : { ...traffic, IpRanges: [{ CidrIp: peer.cidr, ...described }] };
    case "prefix-list":
      return { ...traffic, PrefixListIds: [{ PrefixListId: peer.id, ...described }] };
    case "security-group": {
      const account = peer.account === undefined ? {} : { UserId: peer.account };
      return { ...traffic, UserIdGroupPairs: [{ GroupId: peer.id, ...account, ...described }] };
    }
    case "service-tag":
      return null;
  }
}

/** The complete new value of a rule; null as above. */
export function toRuleRequest({ protocol, ports, peer, description }: Rule): SecurityGroupRuleRequest | null {
  const { from, to } = toEc2Ports(protocol, ports);
  const value = {
    IpProtocol: toEc2Protocol(protocol),
    FromPort: from,
    ToPort: to,
    // Left out, it would be cleared.
    ...(description === "" ? {} : { Description: description }),
  };
  switch (peer.kind) {
    case "cidr":
      return isIpv6(peer) ? { ...value, CidrIpv6: peer.cidr } : { ...value, CidrIpv4: peer.cidr };
    case "prefix-list":
      return { ...value, PrefixListId: peer.id };
    case "security-group":
      return { ...value, ReferencedGroupId: peer.id };
    case "service-tag":
      return null;
  }
}

const isIpv6 = ({ cidr }: Extract<Peer, { kind: "cidr" }>): boolean => cidr.includes(":");
const toEc2Protocol = (protocol: string): string => (protocol === "all" ? "-1" : protocol);
