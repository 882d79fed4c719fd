/**
 * Networks as EC2 keeps them: host bits cleared, IPv6 compressed and in lower case. It is written here and not taken
 * from the product, so that the two cannot be wrong together.
 */
import { isIPv4, isIPv6 } from "node:net";

/** Null for what is no network. A single address is none either: EC2 wants its length. */
export function canonicalCidr(text: string, family: "ipv4" | "ipv6"): string | null {
  const [, address, length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (address === undefined || length === undefined) return null;
  if (family === "ipv4")
    return isIPv4(address) && Number(length) <= 32 ? masked4(address, Number(length)) : null;
  const sound = isIPv6(address) && !address.includes("%") && Number(length) <= 128;
  return sound ? masked6(address, Number(length)) : null;
}

function masked4(address: string, length: number): string {
  const bits = address.split(".").reduce((all, part) => all * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = Math.floor(bits / size) * size;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${parts.join(".")}/${length}`;
}

function masked6(address: string, length: number): string {
  const host = BigInt(128 - length);
  const first = (bitsOf6(address) >> host) << host;
  const words = Array.from({ length: 8 }, (_, index) =>
    ((first >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  return `${compressed(words.join(":"))}/${length}`;
}

function bitsOf6(address: string): bigint {
  const [head = "", tail] = compressed(address).split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":"));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  return [...front, ...zeros, ...back].reduce((all, word) => (all << 16n) | BigInt(`0x${word}`), 0n);
}

/** The URL standard writes an IPv6 address in the short form of RFC 5952. */
function compressed(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
