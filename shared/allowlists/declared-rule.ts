/** A rule as a person writes it, made canonical. */
import * as z from "zod";
import { strict } from "../link/strict.ts";
import {
  canonicalPorts,
  canonicalProtocol,
  EVERY,
  hasPorts,
  icmpPorts,
  isIcmp,
  PORT_MAX,
  type Ports,
} from "./protocol.ts";
import {
  AccountId,
  CanonicalCidr,
  Direction,
  type Peer,
  PrefixListId,
  type Rule,
  SecurityGroupId,
  ServiceTag,
} from "./schema.ts";

const PROTOCOL = "must be tcp, udp, icmp, icmpv6, all, or a number from 0 to 255";
const DeclaredProtocol = z.union([z.string(), z.int()], { error: PROTOCOL }).transform((written, context) => {
  const protocol = canonicalProtocol(String(written));
  if (protocol !== null) return protocol;
  context.issues.push({
    code: "custom",
    message: `"${written}" is no protocol: it ${PROTOCOL}`,
    input: written,
  });
  return z.NEVER;
});

const PORTS = 'must be a port such as 443, a range such as "8000-8080", or "all"';
const DeclaredPorts = z
  .union([z.int(), z.string()], { error: PORTS })
  .transform((written, context): Ports => {
    const ports = written === "all" ? { from: 0, to: PORT_MAX } : portsOf(String(written));
    if (ports !== null && ports.from <= ports.to && ports.to <= PORT_MAX) return ports;
    const message =
      ports !== null && ports.from > ports.to
        ? `"${written}" ends before it begins: write the lower port first`
        : `"${written}" is no port or range of ports: it ${PORTS}`;
    context.issues.push({ code: "custom", message, input: written });
    return z.NEVER;
  });

function portsOf(text: string): Ports | null {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  return from === undefined ? null : { from: Number(from), to: Number(to) };
}

const OCTET = "must be a whole number from 0 to 255";
const Octet = z.int({ error: OCTET }).min(0, { error: OCTET }).max(255, { error: OCTET });
const Icmp = strict({ type: Octet, code: Octet.optional() });

const PEER =
  'must be one of { cidr: "10.10.1.0/24" }, { prefixList: "pl-…" }, { securityGroup: "sg-…" } and { serviceTag: "AzureMonitor" }';
const DeclaredPeer = strict({
  cidr: CanonicalCidr.optional(),
  prefixList: PrefixListId.optional(),
  securityGroup: SecurityGroupId.optional(),
  account: AccountId.optional(),
  serviceTag: ServiceTag.optional(),
}).transform((written, context): Peer => {
  const { cidr, prefixList, securityGroup, account, serviceTag } = written;
  const peers: Peer[] = [
    ...(cidr === undefined ? [] : [{ kind: "cidr" as const, cidr }]),
    ...(prefixList === undefined ? [] : [{ kind: "prefix-list" as const, id: prefixList }]),
    ...(securityGroup === undefined ? [] : [{ kind: "security-group" as const, id: securityGroup, account }]),
    ...(serviceTag === undefined ? [] : [{ kind: "service-tag" as const, tag: serviceTag }]),
  ];
  const [peer, ...more] = peers;
  if (peer !== undefined && more.length === 0 && (account === undefined || securityGroup !== undefined))
    return peer;
  const message =
    account !== undefined && securityGroup === undefined
      ? "names an account, which only a security group has: leave it out, or write { securityGroup, account }"
      : PEER;
  context.issues.push({ code: "custom", message, input: written });
  return z.NEVER;
});

export const DeclaredRule = strict({
  direction: z.enum(Direction.options, { error: 'must be "in" or "out"' }),
  protocol: DeclaredProtocol,
  ports: DeclaredPorts.optional(),
  icmp: Icmp.optional(),
  peer: DeclaredPeer,
  description: z.string({ error: "must be a text" }).trim().default(""),
}).transform(({ direction, protocol, ports, icmp, peer, description }, context): Rule => {
  const fault = misfit(protocol, ports !== undefined, icmp !== undefined);
  if (fault !== null) {
    context.issues.push({ code: "custom", message: fault, input: ports });
    return z.NEVER;
  }
  const range = icmp === undefined ? (ports ?? null) : icmpPorts(icmp.type, icmp.code ?? EVERY);
  return { direction, protocol, ports: canonicalPorts(protocol, range), peer, description };
});

/** All ports are never what is meant by saying nothing. */
function misfit(protocol: string, ports: boolean, icmp: boolean): string | null {
  if (icmp && !isIcmp(protocol)) return `has icmp, but its protocol is ${protocol}: leave it out`;
  if (ports && !hasPorts(protocol)) {
    return isIcmp(protocol)
      ? "has ports, but ICMP has none: write icmp: { type, code }, or neither for all of it"
      : `has ports, but with protocol ${protocol} all of them are open, whatever is written: leave them out, or write tcp or udp`;
  }
  return hasPorts(protocol) && !ports ? `names no ports: it ${PORTS}` : null;
}
