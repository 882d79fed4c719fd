/** API keys and trust bundles for the tests of relay and bunny: keys that a test can foresee, and real CAs. */

import type { Scope } from "../../shared/keys/api-key-schema.ts";
import { makeApiKey, writeApiKey } from "../../shared/keys/api-key-value.ts";
import { readAuthority } from "../../shared/trust/authority.ts";
import { writeBundle } from "../../shared/trust/document.ts";
import { toBundle } from "../../shared/trust/schema.ts";

export interface TestKey {
  readonly id: string;
  /** What a caller sends. */
  readonly key: string;
  /** What a version of its secret holds. */
  readonly value: string;
}

/** Another one for each number. */
export function testKey(
  number: number,
  { identity = "bunny.example", scopes = ["poll", "results"] }: { identity?: string; scopes?: Scope[] } = {},
): TestKey {
  const made = makeApiKey({ identity, scopes }, (bytes) => Buffer.alloc(bytes, number));
  return { id: made.facts.id, key: made.key.unwrap(), value: writeApiKey(made).unwrap() };
}

export const bearer = ({ key }: TestKey) => ({ authorization: `Bearer ${key}` });

/** `chains`: each the issuing CA first. `revoked`: serials. */
export function testBundle(number: number, chains: readonly string[], revoked: readonly string[] = []) {
  const bundle = toBundle({
    number,
    authorities: chains.map((pem) => ({ ...readAuthority(pem), since: 1, closedAt: null })),
    revoked: revoked.map((serial) => ({ serial, until: 4_000_000_000 })),
  });
  return { version: bundle.version, text: writeBundle(bundle) };
}
