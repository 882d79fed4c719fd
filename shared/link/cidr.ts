/**
 * IPv4 networks. A parsed CIDR is canonical: no host bits, no leading zeros, so two texts are the same
 * network only if they are the same text.
 */
import * as z from "zod";

interface Range {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

const OCTET = "(0|[1-9]\\d{0,2})";
const SHAPE = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}/(0|[1-9]\\d?)$`);

/** The addresses of a CIDR, host bits allowed; `null` when the text is no IPv4 CIDR. */
function rangeOf(text: string): Range | null {
  const numbers = SHAPE.exec(text)?.slice(1).map(Number);
  if (numbers === undefined) return null;
  const [prefix = 33, ...octets] = numbers.reverse();
  if (prefix > 32 || octets.some((octet) => octet > 255)) return null;
  // Arithmetic, not bit operators: those are signed in JavaScript.
  const address = octets.reduceRight((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix };
}

const format = ({ first, prefix }: Range): string =>
  `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;

/** True when each address of `inner` is one of `outer`. Both are parsed CIDRs. */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [rangeOf(outer), rangeOf(inner)];
  return a !== null && b !== null && a.first <= b.first && b.last <= a.last;
}

/** True when two parsed CIDRs share an address. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== null && b !== null && a.first <= b.last && b.first <= a.last;
}

/** An IPv4 CIDR whose prefix lies within what the cloud takes. */
export const Cidr = (prefixMin: number, prefixMax: number) =>
  z.string({ error: 'write an IPv4 network such as "10.0.0.0/16"' }).superRefine((text, context) => {
    const range = rangeOf(text);
    if (range === null) {
      context.addIssue({
        code: "custom",
        message: `"${text}" is no IPv4 network: write one such as "10.0.0.0/16"`,
      });
    } else if (format(range) !== text) {
      const message = `"${text}" has host bits set; it would become "${format(range)}": write that if it is meant`;
      context.addIssue({ code: "custom", message });
    } else if (range.prefix < prefixMin || range.prefix > prefixMax) {
      const message = `"${text}" is of a size the cloud refuses: choose a prefix from /${prefixMin} to /${prefixMax}`;
      context.addIssue({ code: "custom", message });
    }
  });
