/** Protocols in the names that EC2 keeps, and the ports that go with each. */
import { badRule, malformedRule } from "./refusals.ts";

interface Asked {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
}

interface ProtocolAndPorts {
  readonly ipProtocol: string;
  readonly fromPort: number;
  readonly toPort: number;
}

const all = -1;
const portMax = 65_535;
const icmpMax = 255;
const protocolMax = 255;
const named: ReadonlyMap<string, string> = new Map([
  ["1", "icmp"],
  ["6", "tcp"],
  ["17", "udp"],
  ["58", "icmpv6"],
]);

/** Throws `Refusal`. */
export function protocolAndPorts({ IpProtocol, FromPort, ToPort }: Asked): ProtocolAndPorts {
  const ipProtocol = protocolOf(IpProtocol);
  switch (ipProtocol) {
    case "tcp":
    case "udp":
      return { ipProtocol, ...portRange(FromPort, ToPort) };
    case "icmp":
    case "icmpv6":
      return { ipProtocol, ...typeAndCode(ipProtocol, FromPort, ToPort) };
    default:
      // Whatever the caller wrote: all ports are open of every other protocol.
      return { ipProtocol, fromPort: all, toPort: all };
  }
}

function protocolOf(text: string | undefined): string {
  const lower = (text ?? "").toLowerCase();
  if (lower === "-1" || [...named.values()].includes(lower)) return lower;
  const sound = /^\d{1,3}$/.test(lower) && Number(lower) <= protocolMax;
  if (!sound) throw badRule(`Invalid value '${text ?? ""}' for IP protocol. Unknown protocol.`);
  return named.get(String(Number(lower))) ?? String(Number(lower));
}

function portRange(from: number | undefined, to: number | undefined) {
  if (to === undefined) {
    throw badRule("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
  }
  const bounds = { fromPort: from ?? all, toPort: to };
  for (const port of Object.values(bounds)) {
    if (port < 0 || port > portMax) throw malformedRule(`TCP/UDP port (${port}) out of range`);
  }
  if (bounds.fromPort > to) throw malformedRule(`Invalid TCP/UDP port range (${bounds.fromPort}:${to})`);
  return bounds;
}

/** Of ICMPv6 both may be left out. */
function typeAndCode(protocol: "icmp" | "icmpv6", type: number | undefined, code: number | undefined) {
  if (protocol === "icmpv6" && type === undefined && code === undefined) {
    return { fromPort: all, toPort: all };
  }
  if (type === undefined || code === undefined) {
    throw badRule("Invalid value 'Must specify both from and to ports with ICMP.' for portRange.");
  }
  for (const number of [type, code]) {
    if (number < all || number > icmpMax) throw malformedRule(`ICMP type or code (${number}) out of range`);
  }
  if (type === all && code !== all) throw malformedRule(`ICMP code (${code}) specified with all ICMP types`);
  return { fromPort: type, toPort: code };
}
