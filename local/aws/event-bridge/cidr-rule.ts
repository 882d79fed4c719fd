/** `cidr`: whether a text is an address of a network, of IPv4 or IPv6. */
import { BlockList, isIP } from "node:net";
import { PatternError } from "./pattern-error.ts";

const families = { 4: { family: "ipv4", bits: 32 }, 6: { family: "ipv6", bits: 128 } } as const;

/** Throws `PatternError`. */
export function parseCidr(text: string): (value: string) => boolean {
  const [, address = "", mask = ""] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  if (mask === "") throw new PatternError("Malformed CIDR, mask bits must be an integer");
  const version = versionOf(address);
  if (version === undefined) throw new PatternError(`Nonstandard IP address: ${address}`);
  const { family, bits } = families[version];
  if (Number(mask) > bits) throw new PatternError(`Malformed CIDR, mask bits must not exceed ${bits}`);
  const network = new BlockList();
  network.addSubnet(address, Number(mask), family);
  return (value) => versionOf(value) === version && network.check(value, family);
}

function versionOf(address: string): 4 | 6 | undefined {
  const version = isIP(address);
  return version === 4 || version === 6 ? version : undefined;
}
