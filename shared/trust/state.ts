/** What the plan of the trust is given: what the link wants, and what was observed. Nothing here is kept by us. */
import type { Serial } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { CaFacts } from "./authority.ts";
import type { RememberedCa } from "./remembered.ts";
import type { RevokedWish } from "./revoked.ts";
import type { CaId, TrustBundle } from "./schema.ts";

export interface TrustTiming {
  /** A line of relay's, or a word in it, may come into the log so much later than it was written. */
  readonly lateSeconds: number;
  /** A replica that was heard within this time is there; each says so every minute. */
  readonly heardWithinSeconds: number;
  /** So long one that fell silent is waited for when it last said that it had not loaded a CA. */
  readonly missedSeconds: number;
  /** A bundle rests so long before it counts: longer than a stale read, and a first word's way through the log. */
  readonly settledSeconds: number;
  /** Longer than a look counts and a renewal takes: whoever had decided to issue from a closed CA has done so by then. */
  readonly closedSeconds: number;
}

/** So long the renewals go by one look of publish-trust, which looks each minute. */
export const VIEW_SECONDS = 300;
/** So long a run of theirs may take after its decision (infra/concern-function.ts). */
export const RENEWAL_SECONDS = 300;
/** How often relay's replicas, and whoever calls relay, are heard (docs/workloads.md). */
export const WORD_EVERY_SECONDS = 60;

export const TRUST_TIMING: TrustTiming = {
  lateSeconds: 300,
  heardWithinSeconds: 300,
  missedSeconds: 86_400,
  settledSeconds: 600,
  closedSeconds: 1_200,
};

/** How it is known that a party has loaded what was published. */
export type LoadingProof = "observed" | { readonly after: number };

/** Who loads the bundle: relay, or a bunny. */
export interface Party {
  readonly name: string;
  readonly proof: LoadingProof;
}

export interface DesiredTrust {
  readonly issuing: CaFacts;
  /** The one that is to take its place. */
  readonly next: CaFacts | null;
  /** Issues while the others cannot. */
  readonly failover: CaFacts | null;
  readonly relay: Party;
  readonly bunnies: readonly Party[];
  /** By name; those that Warrener renews for relay. */
  readonly relayCertificates: readonly string[];
  readonly timing: TrustTiming;
}

/** A place that a party loads the bundle from. "Unreadable" is never "absent". */
export type Store =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable" }
  /** There is something, and it is no bundle of ours. */
  | { readonly kind: "malformed"; readonly storeVersion: string }
  | {
      readonly kind: "published";
      /** The store's own name for it: what is published next takes the place of this one, or of none. */
      readonly storeVersion: string;
      readonly bundle: TrustBundle;
      readonly at: Instant;
    };

/** Of every replica that does not say its name: so many may be behind it. */
export const UNNAMED = "unnamed";

/** What a replica said last that it runs. */
export interface Word {
  readonly party: string;
  readonly replica: string;
  readonly version: string;
  readonly at: Instant;
  /** Of that second: who loads a bundle has often said within the same one that it had not. */
  readonly ms: number;
}

/** A leaf that was issued, or may have been: an intent without an outcome counts. */
export interface KnownLeaf {
  readonly certificate: string;
  /** Null when nobody knows whether, and as what, it was issued. */
  readonly serial: Serial | null;
  /** "other" when it is from none of the CAs that are known. */
  readonly issuer: CaId | "other";
  readonly notAfter: Instant;
  /** It is the one that its holder is to present now. */
  readonly current: boolean;
}

export interface ObservedTrust {
  /** relay's store comes first: what the others hold is a copy of it. */
  readonly head: Store;
  /** By the bunny's name. */
  readonly copies: ReadonlyMap<string, Store>;
  /** What we have published ourselves: whoever writes a bunny's vault has no part in it. */
  readonly remembered: readonly RememberedCa[];
  /** Of as long ago as `missedSeconds`. */
  readonly words: readonly Word[] | "unreadable";
  readonly leaves: readonly KnownLeaf[] | "unreadable";
  /** The CAs under which each certificate's hand merges, by the certificate's name. */
  readonly pinned: ReadonlyMap<string, readonly CaId[] | "unreadable">;
  /** Whether each CA signs. */
  readonly signs: ReadonlyMap<CaId, "yes" | "no" | "cannot-tell">;
  readonly revoked: readonly RevokedWish[] | "unreadable";
}

/** relay's bundle, when it can be read. */
export const headOf = ({ head }: Pick<ObservedTrust, "head">): TrustBundle | null =>
  head.kind === "published" ? head.bundle : null;

/** Between our clock and those of relay and bunny. */
const CLOCK_TOLERANCE_SECONDS = 300;

/** True while somebody may present it and is to be let in. */
export const isLive = (leaf: KnownLeaf, head: TrustBundle | null, now: Instant): boolean =>
  now < leaf.notAfter + CLOCK_TOLERANCE_SECONDS &&
  !(head?.revoked ?? []).some(({ serial }) => serial === leaf.serial);
