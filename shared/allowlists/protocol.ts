/**
 * Protocols and ports in one spelling. AWS, Azure and people write the same thing as a name, a number or a wildcard;
 * here `tcp`, `udp`, `icmp`, `icmpv6` and `all` are names, every other protocol is its number in decimal.
 */

/** `from` and `to` included. Of ICMP, the range of type x 256 + code. */
export interface Ports {
  readonly from: number;
  readonly to: number;
}

export const PORT_MAX = 65_535;
export const PROTOCOL_MAX = 255;

/** https://www.iana.org/assignments/protocol-numbers: those that a name is written for. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["tcp", 6],
  ["udp", 17],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["icmpv6", 58],
]);
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [58, "icmpv6"],
]);
const ALL: ReadonlySet<string> = new Set(["all", "-1", "*"]);

/** The one spelling of a protocol; null when it is none. */
export function canonicalProtocol(text: string): string | null {
  const lower = text.toLowerCase();
  if (ALL.has(lower)) return "all";
  const number = NUMBERS.get(lower) ?? (/^(0|[1-9]\d{0,2})$/.test(lower) ? Number(lower) : undefined);
  if (number === undefined || number > PROTOCOL_MAX) return null;
  return NAMES.get(number) ?? String(number);
}

/** The protocol's number; null of `all`. The protocol is canonical. */
export const protocolNumber = (protocol: string): number | null =>
  protocol === "all" ? null : (NUMBERS.get(protocol) ?? Number(protocol));

/** All ports are always open of a protocol that is not one of these: both clouds look at no others' ports. */
export const hasPorts = (protocol: string): boolean => protocol === "tcp" || protocol === "udp";
export const isIcmp = (protocol: string): boolean => protocol === "icmp" || protocol === "icmpv6";

/** The range of what is open, or null where that is all of it. The protocol is canonical. */
export function canonicalPorts(protocol: string, ports: Ports | null): Ports | null {
  if (ports === null || !(hasPorts(protocol) || isIcmp(protocol))) return null;
  return ports.from === 0 && ports.to === PORT_MAX ? null : { from: ports.from, to: ports.to };
}

const CODES = 256;
/** As both clouds write it: every type, or every code of a type. */
export const EVERY = -1;

/** The range of an ICMP type and code, each of which may be `EVERY`. */
export function icmpPorts(type: number, code: number): Ports | null {
  if (type === EVERY) return null;
  const first = type * CODES;
  return code === EVERY ? { from: first, to: first + CODES - 1 } : { from: first + code, to: first + code };
}

/** The type and code of a range that `icmpPorts` made. */
export function icmpOf(ports: Ports | null): { readonly type: number; readonly code: number } {
  if (ports === null) return { type: EVERY, code: EVERY };
  const type = Math.floor(ports.from / CODES);
  return { type, code: ports.from === ports.to ? ports.from % CODES : EVERY };
}

/** As EC2 stores it, where FromPort and ToPort of ICMP are its type and code, and -1 is all. */
export function fromEc2Ports(
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): Ports | null {
  if (from === undefined || to === undefined || from === EVERY) return null;
  return canonicalPorts(protocol, isIcmp(protocol) ? icmpPorts(from, to) : { from, to });
}

/** What EC2 is given as FromPort and ToPort. */
export function toEc2Ports(
  protocol: string,
  ports: Ports | null,
): { readonly from: number; readonly to: number } {
  if (isIcmp(protocol)) {
    const { type, code } = icmpOf(ports);
    return { from: type, to: code };
  }
  return ports ?? (hasPorts(protocol) ? { from: 0, to: PORT_MAX } : { from: EVERY, to: EVERY });
}
