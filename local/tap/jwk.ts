/** Private keys as JSON Web Keys (RFC 7517): the object around a "d", also escaped within another document. */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import * as z from "zod";
import { type Located, publicKeySha256 } from "./der.ts";

const PrivateJwk = z.object({
  kty: z.enum(["EC", "RSA", "OKP"]),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
  d: z.string(),
  p: z.string().optional(),
  q: z.string().optional(),
  dp: z.string().optional(),
  dq: z.string().optional(),
  qi: z.string().optional(),
});
type PrivateJwk = z.infer<typeof PrivateJwk>;

const QUOTE = String.raw`(?:\\*"|%22)`;
const SPACE = String.raw`(?:\s|%20|%09|%0[AD]|\\+[nrt])*`;
const D_MEMBER = new RegExp(`${QUOTE}d${QUOTE}${SPACE}(?::|%3A)${SPACE}${QUOTE}[\\w-]{16}`, "gi");
const BRACE = /\{|\}|%7B|%7D/gi;

/** A 4096-bit key is about 3,200 characters; with escapes around it at most a few times that. */
const REACH = 16_384;
/** JSON in a string in JSON in a string. */
const ESCAPE_LEVELS_MAX = 3;

export function locateJwks(bytes: Buffer): Located[] {
  if (!bytes.includes("kty")) return [];
  const text = bytes.toString("latin1");
  const found = new Map<number, Located>();
  for (const { index } of text.matchAll(D_MEMBER)) {
    const object = objectAround(text, index);
    const key = object === undefined ? undefined : confirm(object.text);
    if (object === undefined || key === undefined) continue;
    const { offset } = object;
    found.set(offset, { kind: "jwk", offset, publicKeySha256: publicKeySha256(key) });
  }
  return [...found.values()];
}

/** The innermost pair of braces around a position. */
function objectAround(
  text: string,
  at: number,
): { readonly text: string; readonly offset: number } | undefined {
  const start = openBefore(text, at);
  if (start === undefined) return undefined;
  let depth = 0;
  for (const { 0: brace, index } of text.slice(start, start + REACH).matchAll(BRACE)) {
    depth += isOpening(brace) ? 1 : -1;
    if (depth === 0) return { text: text.slice(start, start + index + brace.length), offset: start };
  }
  return undefined;
}

function openBefore(text: string, at: number): number | undefined {
  const from = Math.max(0, at - REACH);
  let depth = 0;
  for (const { 0: brace, index } of [...text.slice(from, at).matchAll(BRACE)].reverse()) {
    depth += isOpening(brace) ? 1 : -1;
    if (depth === 1) return from + index;
  }
  return undefined;
}

const isOpening = (brace: string): boolean => brace === "{" || brace.toUpperCase() === "%7B";

function confirm(text: string): KeyObject | undefined {
  const jwk = parse(text);
  if (jwk === undefined) return undefined;
  const { kty, n, e } = jwk;
  // With its primes left out OpenSSL cannot load an RSA key, but whoever has `d` has the key.
  const bare = kty === "RSA" && jwk.p === undefined && n !== undefined && jwk.d.length > n.length / 2;
  return bare
    ? attempt(() => createPublicKey(asKey({ kty, n, e })))
    : attempt(() => createPrivateKey(asKey(jwk)));
}

function asKey(members: Partial<PrivateJwk>): { readonly key: JsonWebKey; readonly format: "jwk" } {
  const key = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  return { key, format: "jwk" };
}

function parse(text: string): PrivateJwk | undefined {
  let plain = text.includes("%22") ? (attempt(() => decodeURIComponent(text)) ?? text) : text;
  for (let level = 0; level <= ESCAPE_LEVELS_MAX; level += 1) {
    const escaped = plain;
    const parsed = PrivateJwk.safeParse(attempt(() => JSON.parse(escaped)));
    if (parsed.success) return parsed.data;
    const unescaped: unknown = attempt(() => JSON.parse(`"${escaped}"`));
    if (typeof unescaped !== "string") return undefined;
    plain = unescaped;
  }
  return undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
