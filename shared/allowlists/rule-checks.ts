/** What is wrong with one rule for the cloud that is to have it, and for what it would open. */
import type { Fault } from "../link/faults.ts";
import { parseNetwork } from "./address.ts";
import { isIcmp } from "./protocol.ts";
import type { AllowlistGroup, Rule } from "./schema.ts";

export function ruleFaults(path: string, rule: Rule, group: AllowlistGroup): Fault[] {
  const fault = (key: string, message: string | null): Fault[] =>
    message === null ? [] : [{ path: `${path}.${key}`, message }];
  return [
    ...fault("direction", directionFault(rule, group)),
    ...fault("peer", peerFault(rule, group) ?? wideFault(rule)),
    ...fault("protocol", protocolFault(rule, group) ?? everythingFault(rule, group)),
    ...fault("description", descriptionFault(rule, group)),
  ];
}

function directionFault({ direction }: Rule, { directions }: AllowlistGroup): string | null {
  if (directions.includes(direction)) return null;
  return `is "${direction}", of which the group's directions say that nobody looks after it: add it to them, or leave the rule out`;
}

function peerFault({ peer: { kind } }: Rule, { cloud }: AllowlistGroup): string | null {
  if (cloud === "aws" && kind === "service-tag") {
    return "is a service tag, which is Azure's: a security group takes cidr, prefixList or securityGroup";
  }
  if (cloud === "azure" && (kind === "prefix-list" || kind === "security-group")) {
    return "is AWS's: a network security group takes cidr or serviceTag";
  }
  return null;
}

/** The largest networks that are nobody's on the internet: 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). */
const PREFIX_MIN = { ipv4: 8, ipv6: 7 };

/** relay holds health records, and bunny needs nobody to call it: neither is ever open to the internet. */
function wideFault({ direction, peer }: Rule): string | null {
  if (direction === "out") return null;
  if (peer.kind === "service-tag" && peer.tag.toLowerCase() === "internet") {
    return "would let the whole internet in: name the networks that are meant";
  }
  const network = peer.kind === "cidr" ? parseNetwork(peer.cidr) : null;
  if (network === null || network.prefix >= PREFIX_MIN[network.family]) return null;
  return `"${network.text}" would let in a part of the internet, or all of it: name the networks that are meant, none wider than /${PREFIX_MIN[network.family]}`;
}

function everythingFault({ direction, protocol, peer }: Rule, { cloud }: AllowlistGroup): string | null {
  if (cloud !== "aws" || direction !== "in" || protocol !== "all" || peer.kind !== "cidr") return null;
  return `would open everything to ${peer.cidr}: name the protocol and the ports`;
}

/** https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview: TCP, UDP, ICMP, ESP, AH, any. */
const AZURE_PROTOCOLS: ReadonlySet<string> = new Set(["tcp", "udp", "icmp", "50", "51", "all"]);

function protocolFault({ protocol, ports, peer }: Rule, { cloud }: AllowlistGroup): string | null {
  if (cloud === "azure" && !AZURE_PROTOCOLS.has(protocol)) {
    return `is ${protocol}, which a network security group cannot tell from others: it takes tcp, udp, icmp, 50 (ESP), 51 (AH) or all`;
  }
  if (cloud === "azure" && isIcmp(protocol) && ports !== null) {
    return "has an ICMP type, which a network security group does not look at: leave icmp out, or the rule";
  }
  const family = peer.kind === "cidr" ? parseNetwork(peer.cidr)?.family : undefined;
  if (cloud === "aws" && protocol === "icmp" && family === "ipv6")
    return "is icmp, which IPv6 has not: write icmpv6";
  if (protocol === "icmpv6" && family === "ipv4") return "is icmpv6, which IPv4 has not: write icmp";
  return null;
}

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html (and without the "&", which a reference to
 * a group does not take), and the type of an NSG rule's description.
 */
const AWS_DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=;{}!$*]{0,255}$/;
const AZURE_DESCRIPTION_MAX = 140;

function descriptionFault({ description }: Rule, { cloud }: AllowlistGroup): string | null {
  if (cloud === "aws") {
    return AWS_DESCRIPTION.test(description)
      ? null
      : "is none that AWS takes: at most 255 letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = ; { } ! $ *";
  }
  return description.length <= AZURE_DESCRIPTION_MAX
    ? null
    : `has ${description.length} characters, and Azure takes ${AZURE_DESCRIPTION_MAX}: shorten it`;
}
