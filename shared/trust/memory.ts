/**
 * What is remembered of the trust from one look to the next, and what the renewals go by: who said what last, and what
 * the last look has found of stores, pins and CAs. Of a bundle no certificate is kept.
 */
import * as z from "zod";
import { InstantSchema } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import { RememberedCa } from "./remembered.ts";
import { CaId, RevokedSerial, type TrustBundle } from "./schema.ts";
import type { ObservedTrust, Store } from "./state.ts";
import { HeardWord, toWords } from "./words.ts";

const BundleFacts = z.object({
  version: z.string(),
  number: z.int(),
  authorities: z.array(
    z.object({ id: CaId, since: z.int(), notAfter: InstantSchema, closedAt: InstantSchema.nullable() }),
  ),
  revoked: z.array(RevokedSerial),
});

const StoreFacts = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("absent") }),
  z.object({ kind: z.literal("unreadable") }),
  z.object({ kind: z.literal("malformed"), storeVersion: z.string() }),
  z.object({
    kind: z.literal("published"),
    storeVersion: z.string(),
    bundle: BundleFacts,
    at: InstantSchema,
  }),
]);
type StoreFacts = z.infer<typeof StoreFacts>;

export const TrustView = z.object({
  at: InstantSchema,
  head: StoreFacts,
  copies: z.array(z.object({ bunny: z.string(), store: StoreFacts })),
  /** The words are the memory's; false when they could not be read. */
  heard: z.boolean(),
  /** Under which CAs the bunnies' hand merges. */
  pinned: z.union([z.array(CaId), z.literal("unreadable")]),
  signs: z.array(z.object({ ca: CaId, signs: z.enum(["yes", "no", "cannot-tell"]) })),
});
export type TrustView = z.infer<typeof TrustView>;

/** The CAs under which the bunnies' hand merges. */
export type HandPins = readonly CaId[] | "unreadable";

/** A bundle on its way to a party's store. */
const Publication = z.object({ party: z.string(), version: z.string(), at: InstantSchema });
export type Publication = z.infer<typeof Publication>;

export const TrustMemory = z.object({
  /** Counted up with each write; 0 before the first. */
  version: z.int().nonnegative(),
  words: z.array(HeardWord),
  /** Up to then relay's log was read; null when it never was. */
  heardUntil: InstantSchema.nullable(),
  /** Since when each thing is as it is that is told only once it has lasted. */
  since: z.array(z.object({ what: z.string(), at: InstantSchema })),
  view: TrustView.nullable(),
  /** The CAs of what was published, or was about to be: the last ones first. */
  published: z.array(RememberedCa).default([]),
  /** What was about to be published, and is not known to be recorded. */
  publishing: z.array(Publication).default([]),
});
export type TrustMemory = z.infer<typeof TrustMemory>;

export const NO_TRUST_MEMORY: TrustMemory = {
  version: 0,
  words: [],
  heardUntil: null,
  since: [],
  view: null,
  published: [],
  publishing: [],
};

export interface TrustMemoryStore {
  /** Null when another run has written meanwhile. */
  write(memory: TrustMemory): Promise<TrustMemory | null>;
}

/** `observed` as it is kept for the renewals. */
export function toView(observed: ObservedTrust, handPins: HandPins, at: Instant): TrustView {
  return {
    at,
    head: factsOf(observed.head),
    copies: [...observed.copies].map(([bunny, store]) => ({
      bunny,
      // Whom a bunny refuses is of no account to who signs.
      store: withoutRevoked(factsOf(store)),
    })),
    heard: observed.words !== "unreadable",
    pinned: handPins === "unreadable" ? handPins : [...handPins],
    signs: [...observed.signs].map(([ca, signs]) => ({ ca, signs })),
  };
}

function factsOf(store: Store): StoreFacts {
  if (store.kind !== "published") return store;
  const { version, number, authorities, revoked } = store.bundle;
  const facts = authorities.map(({ id, since, notAfter, closedAt }) => ({ id, since, notAfter, closedAt }));
  return { ...store, bundle: { version, number, authorities: facts, revoked } };
}

const withoutRevoked = (store: StoreFacts): StoreFacts =>
  store.kind === "published" ? { ...store, bundle: { ...store.bundle, revoked: [] } } : store;

/** What the renewals know of the trust: no leaves and no orders, which are publish-trust's to weigh. */
export function fromView(
  view: TrustView,
  memory: Pick<TrustMemory, "words">,
): Pick<ObservedTrust, "head" | "copies" | "words"> & { readonly signs: ObservedTrust["signs"] } {
  return {
    head: toStore(view.head),
    copies: new Map(view.copies.map(({ bunny, store }) => [bunny, toStore(store)])),
    words: view.heard ? toWords(memory.words) : "unreadable",
    signs: new Map(view.signs.map(({ ca, signs }) => [ca, signs])),
  };
}

function toStore(facts: StoreFacts): Store {
  if (facts.kind !== "published") return facts;
  const { bundle } = facts;
  const authorities = bundle.authorities.map((ca) => ({ ...ca, pem: "" }));
  const kept: TrustBundle = { ...bundle, kind: "trust-bundle", authorities };
  return { ...facts, bundle: kept };
}
