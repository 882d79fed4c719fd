/** A link's trust for the tests: all is well unless a test says otherwise. */
import { toRemembered } from "./remembered.ts";
import { type TrustBundle, toBundle } from "./schema.ts";
import {
  type DesiredTrust,
  type KnownLeaf,
  type ObservedTrust,
  type Store,
  TRUST_TIMING,
  type Word,
} from "./state.ts";

export const NOW = 1_700_000_000;
const DAY = 86_400;
const YEAR = 365 * DAY;

export const caNamed = (letter: string) => ({
  id: letter.repeat(64),
  notAfter: NOW + YEAR,
  pem: `the chain of ${letter}`,
});
export const A = caNamed("a");
export const B = caNamed("b");
export const F = caNamed("f");

export const desired: DesiredTrust = {
  issuing: A,
  next: null,
  failover: null,
  relay: { name: "relay", proof: "observed" },
  bunnies: [{ name: "bunny", proof: "observed" }],
  relayCertificates: ["relay-server"],
  timing: TRUST_TIMING,
};

/** One that was published some time ago; each CA with the number since which it is there, and when it was closed. */
export const bundleOf = (
  number: number,
  cas: readonly (typeof A & { readonly since?: number; readonly closedAt?: number | null })[],
  revoked: TrustBundle["revoked"] = [],
): TrustBundle =>
  toBundle({
    number,
    authorities: cas.map(({ id, notAfter, pem, since = 1, closedAt = null }) => ({
      ...{ id, notAfter, pem, since, closedAt },
    })),
    revoked,
  });

export const published = (bundle: TrustBundle, at = NOW - DAY / 2): Store => ({
  kind: "published",
  storeVersion: `store-${bundle.number}`,
  bundle,
  at,
});

export const copyOf = (store: Store): ReadonlyMap<string, Store> => new Map([["bunny", store]]);

export const wordOf = (party: string, version: string, changes: Partial<Word> = {}): Word => ({
  party,
  replica: `${party}-0`,
  version,
  at: NOW - 30,
  ms: 0,
  ...changes,
});

export const leafOf = (
  certificate: string,
  { id }: { readonly id: string },
  changes: Partial<KnownLeaf> = {},
): KnownLeaf => ({
  certificate,
  serial: "5",
  issuer: id,
  notAfter: NOW + 7 * DAY,
  current: true,
  ...changes,
});

/** Everybody runs this bundle, A, B and F were published before, and both hands were deployed with all of its CAs. */
export function running(bundle: TrustBundle, changes: Partial<ObservedTrust> = {}): ObservedTrust {
  const pins = bundle.authorities.map(({ id }) => id);
  return {
    head: published(bundle),
    copies: new Map([["bunny", published(bundle)]]),
    remembered: [A, B, F].map(toRemembered),
    words: [wordOf("relay", bundle.version), wordOf("bunny", bundle.version)],
    leaves: [leafOf("bunny-client", A), leafOf("relay-server", A)],
    pinned: new Map([
      ["bunny-client", pins],
      ["relay-server", pins],
    ]),
    signs: new Map(pins.map((ca) => [ca, "yes"])),
    revoked: [],
    ...changes,
  };
}
