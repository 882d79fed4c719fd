/**
 * What a version of an API key's secret holds: the key, and what it is for. Anything else is somebody's own: it is
 * never read as nothing. docs/workloads.md is the contract with relay, which reads it too.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Secret } from "../runtime/secret.ts";
import { type KeyFacts, KeyId, Scope } from "./api-key-schema.ts";

/** 256 bits: not to be guessed, so that its digest may be kept, and a part of it told, where the key may not. */
const KEY_BYTES = 32;

/** 32 bytes as base64url; the last digit stands for four bits only. */
export const KeyText = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, "is no API key");

const Value = z.strictObject({
  kind: z.literal("api-key"),
  id: KeyId,
  identity: z.string().min(1),
  scopes: z
    .array(Scope)
    .min(1)
    .transform((scopes) => [...new Set(scopes)].toSorted()),
  key: KeyText,
});

export interface ApiKey {
  readonly facts: KeyFacts;
  /** 43 characters of base64url: what bunny sends. */
  readonly key: Secret;
}

/** So nothing can be called by the id of another key. */
export const keyIdOf = (key: Secret): KeyId =>
  createHash("sha256").update(key.unwrap()).digest("hex").slice(0, 16);

/** `random` gives so many bytes that nobody can foresee. */
export function makeApiKey(
  { identity, scopes }: Pick<KeyFacts, "identity" | "scopes">,
  random: (bytes: number) => Uint8Array,
): ApiKey {
  const key = new Secret(Buffer.from(random(KEY_BYTES)).toString("base64url"));
  const id = keyIdOf(key);
  return { facts: { id, identity, scopes: [...new Set(scopes)].toSorted() }, key };
}

export function writeApiKey({ facts: { id, identity, scopes }, key }: ApiKey): Secret {
  return new Secret(JSON.stringify({ kind: "api-key", id, identity, scopes, key: key.unwrap() }));
}

/** Null when it is in another form, or has the id of another key. Says no more: a key may be in it. */
export function parseApiKey(value: Secret | null): ApiKey | null {
  const parsed = Value.safeParse(value === null ? undefined : parseJson(value.unwrap()));
  if (!parsed.success) return null;
  const { id, identity, scopes, key: text } = parsed.data;
  const key = new Secret(text);
  return id === keyIdOf(key) ? { facts: { id, identity, scopes }, key } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
