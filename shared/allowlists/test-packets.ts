/**
 * Which packets pass, found out by asking every rule about every packet of a small world. It knows nothing of the
 * plan's arithmetic of flows, so that it can judge it.
 */
import type { Rule } from "./schema.ts";

interface Packet {
  readonly direction: "in" | "out";
  readonly protocol: string;
  /** Of ICMP, type x 256 + code. */
  readonly port: number;
  /** Bits of an address, or the id of what the packet's other end belongs to. */
  readonly end: string;
}

/** One port at least of each stretch that rules of this world tell apart. */
const PORTS = [0, 22, 80, 81, 442, 443, 444, 445, 65_535];
const KINDS: readonly (readonly [protocol: string, ports: readonly number[]])[] = [
  ["tcp", PORTS],
  ["udp", PORTS],
  ["icmp", [3 * 256, 8 * 256, 8 * 256 + 1]],
  ["50", [0]],
  ["58", [0]],
];
/** What a number is called once it is canonical. */
const NAMED: Readonly<Record<string, string>> = { "58": "icmpv6" };

const v4 = (text: string): string =>
  `4${text
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("")}`;
/** Of an address whose groups are all written. */
const v6 = (text: string): string =>
  `6${text
    .split(":")
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("")}`;

const ENDS: readonly string[] = [
  ...Array.from({ length: 8 }, (_, last) => v4(`10.0.0.${last}`)),
  ...["10.0.0.9", "10.0.1.1", "10.200.0.1", "192.0.2.1", "255.255.255.255"].map(v4),
  v6("fd00:0:0:0:0:0:0:1"),
  v6("fd00:0:0:1:0:0:0:1"),
  v6("2001:db8:0:0:0:0:0:1"),
  "sg-0000000a",
  "sg-0000000b",
  "pl-0000000a",
];

const PACKETS: readonly Packet[] = (["in", "out"] as const).flatMap((direction) =>
  ENDS.flatMap((end) =>
    KINDS.flatMap(([protocol, ports]) => ports.map((port) => ({ direction, protocol, port, end }))),
  ),
);

/** The networks that rules of this world are made of, with their bits written out: no arithmetic in common. */
const NETWORKS: Readonly<Record<string, string>> = {
  "0.0.0.0/0": "4",
  "10.0.0.0/8": v4("10.0.0.0").slice(0, 1 + 8),
  "10.0.0.0/23": v4("10.0.0.0").slice(0, 1 + 23),
  "10.0.0.0/24": v4("10.0.0.0").slice(0, 1 + 24),
  "10.0.0.0/29": v4("10.0.0.0").slice(0, 1 + 29),
  "10.0.0.0/30": v4("10.0.0.0").slice(0, 1 + 30),
  "10.0.0.4/30": v4("10.0.0.4").slice(0, 1 + 30),
  "10.0.0.0/31": v4("10.0.0.0").slice(0, 1 + 31),
  "10.0.0.2/31": v4("10.0.0.2").slice(0, 1 + 31),
  "10.0.0.5/32": v4("10.0.0.5"),
  "10.0.0.6/32": v4("10.0.0.6"),
  "::/0": "6",
  "fd00::/64": v6("fd00:0:0:0:0:0:0:0").slice(0, 1 + 64),
  "fd00::/48": v6("fd00:0:0:0:0:0:0:0").slice(0, 1 + 48),
};
export const TEST_NETWORKS: readonly string[] = Object.keys(NETWORKS);

function passes({ direction, protocol, ports, peer }: Rule, packet: Packet): boolean {
  if (direction !== packet.direction) return false;
  const name = NAMED[packet.protocol] ?? packet.protocol;
  if (protocol !== "all" && protocol !== name) return false;
  if (ports !== null && (packet.port < ports.from || ports.to < packet.port)) return false;
  switch (peer.kind) {
    case "cidr": {
      const bits = NETWORKS[peer.cidr];
      if (bits === undefined) throw new Error(`${peer.cidr} is no network of this world`);
      return packet.end.startsWith(bits);
    }
    case "prefix-list":
    case "security-group":
      return packet.end === peer.id;
    case "service-tag":
      return packet.end === peer.tag;
  }
}

/** One flag for each packet of the world: whether it passes. */
export type Passing = Uint8Array;

const known = new Map<string, Passing>();

function passingOne(rule: Rule): Passing {
  const { description: _, ...rest } = rule;
  const key = JSON.stringify(rest);
  const found = known.get(key) ?? Uint8Array.from(PACKETS, (packet) => Number(passes(rule, packet)));
  known.set(key, found);
  return found;
}

/** What rules let pass together that only ever allow. */
export function passing(rules: Iterable<Rule>): Passing {
  const flags = new Uint8Array(PACKETS.length);
  for (const rule of rules) {
    const one = passingOne(rule);
    for (let packet = 0; packet < flags.length; packet += 1) if (one[packet] === 1) flags[packet] = 1;
  }
  return flags;
}

export const describePacket = (index: number): string => JSON.stringify(PACKETS[index]);
