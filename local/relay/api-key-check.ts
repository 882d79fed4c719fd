/**
 * Decides whether a caller's API key lets this request pass. Pure. The certificate has been accepted before this: a
 * key adds to it and never stands in for it, so it counts only beside a certificate of the identity it was made for.
 */
import { createHash } from "node:crypto";
import type { KeyFacts, KeyId, Scope } from "../../shared/keys/api-key-schema.ts";
import type { RefusalReason } from "./log.ts";

export type KeyRefusal = Extract<RefusalReason, `api-key-${string}`>;

export type KeyVerdict =
  /** The route asks for no key, or this caller need not have one and has sent none. */
  | { readonly kind: "not-asked" }
  | { readonly kind: "accepted"; readonly keyId: KeyId }
  | {
      readonly kind: "refused";
      readonly reason: KeyRefusal;
      /** Undefined when the key is not known. */
      readonly keyId?: KeyId;
    };

export interface KeyRequest {
  readonly authorization: string | undefined;
  /** What the route asks of a key; undefined when nothing. */
  readonly scope: Scope | undefined;
  /** A caller that must have a key. One that need not is held to the key that it sends all the same. */
  readonly mustHaveKey: boolean;
  /** Whether the caller's certificate has this name. */
  readonly hasName: (identity: string) => boolean;
}

/** 43 characters of base64url. Of the scheme's name the case does not matter (RFC 9110, section 11.1). */
const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;

export function checkApiKey(
  { authorization, scope, mustHaveKey, hasName }: KeyRequest,
  find: (digest: string) => KeyFacts | undefined,
): KeyVerdict {
  if (scope === undefined) return { kind: "not-asked" };
  if (authorization === undefined) return mustHaveKey ? refuse("api-key-missing") : { kind: "not-asked" };
  const key = BEARER.exec(authorization)?.[1];
  const facts = key === undefined ? undefined : find(digestOf(key));
  if (facts === undefined) return refuse("api-key-unknown");
  if (!hasName(facts.identity)) return refuse("api-key-identity", facts.id);
  if (!facts.scopes.includes(scope)) return refuse("api-key-scope", facts.id);
  return { kind: "accepted", keyId: facts.id };
}

/**
 * What a key is kept and looked for by. A key is 256 random bits, so its digest tells nothing of it, and how long the
 * search takes tells nothing of a digest that could be met.
 */
export const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");

const refuse = (reason: KeyRefusal, keyId?: KeyId): KeyVerdict => ({
  kind: "refused",
  reason,
  ...(keyId === undefined ? {} : { keyId }),
});
