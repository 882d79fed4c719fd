/**
 * Makes canonical what a line says of a caller. Each takes any text and answers null for what is not in the form:
 * callers choose much of what is logged of them, and none of it goes further as they wrote it.
 */
import { parseNetwork } from "../../allowlists/address.ts";
import { Serial } from "../../certificates/schema.ts";
import { KeyId } from "../../keys/api-key-schema.ts";

/** The longest spelling of an IPv6 address: eight groups of four, the last two written as IPv4. */
const ADDRESS_LENGTH_MAX = 45;
/** Twenty bytes in hexadecimal with a colon between each (RFC 5280, section 4.1.2.2). */
const SERIAL_LENGTH_MAX = 59;

export function addressOf(text: string | null): string | null {
  if (text === null || text.length > ADDRESS_LENGTH_MAX || text.includes("/")) return null;
  const network = parseNetwork(text);
  if (network === null) return null;
  const address = network.text.slice(0, network.text.lastIndexOf("/"));
  return network.family === "ipv6" ? (mappedIpv4(network.first) ?? address) : address;
}

/** A server that listens on IPv6 sees IPv4 callers as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2): one caller, one text. */
function mappedIpv4(address: number | bigint): string | null {
  if (typeof address !== "bigint" || address >> 32n !== 0xffffn) return null;
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join(".");
}

/** `10.0.0.1:443` or `[2001:db8::1]:443`, or an address alone. */
export function addressBeforePort(text: string | null): string | null {
  if (text === null || text.length > ADDRESS_LENGTH_MAX + "[]:65535".length) return null;
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1];
  if (bracketed !== undefined) return addressOf(bracketed);
  const [address = "", port, ...more] = text.split(":");
  // Several colons without brackets: an address alone, or one with a port that cannot be told from its last group.
  if (more.length > 0) return addressOf(text);
  return port === undefined || /^\d{1,5}$/.test(port) ? addressOf(address) : null;
}

export function serialOf(text: string | null): string | null {
  if (text === null || text.length > SERIAL_LENGTH_MAX) return null;
  return Serial.safeParse(text).data ?? null;
}

export const keyIdOf = (text: string | null): string | null => KeyId.safeParse(text).data ?? null;

/** One of the link's own names, and nothing else. DNS names have no case (RFC 4343). */
export function ownName(own: readonly string[], ...texts: readonly (string | null)[]): string | null {
  return own.find((name) => texts.some((text) => text?.toLowerCase() === name)) ?? null;
}

/** A distinguished name of more is nobody's that the link knows. */
const SUBJECT_LENGTH_MAX = 1_024;
/** Escapes, quotation and OpenSSL's older form (`/O=a/CN=b`), in which one name can be made to look like another. */
const AMBIGUOUS = /[\\"/#;<>]/;

/** The common name of a subject in the form of RFC 2253 (`CN=a,O=b`); null also where it may be read in two ways. */
export function commonNameOf(subject: string | null): string | null {
  if (subject === null || subject.length > SUBJECT_LENGTH_MAX || AMBIGUOUS.test(subject)) return null;
  const names = subject
    .split(/[,+]/)
    .map((part) => part.trim())
    .filter((part) => part.toUpperCase().startsWith("CN="));
  const [name, ...more] = names;
  return name === undefined || more.length > 0 ? null : name.slice("CN=".length);
}
