/**
 * What the bundles held that were published before, from all stores together. Pure.
 *
 * One thing must stay true: no CA of ours and no revoked serial is lost because relay's store is gone, or was stepped
 * back. The bunnies' copies are what is left of it then. But a CA that only a copy has is not believed to be ours.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { ownCa } from "./foreign.ts";
import {
  type Authority,
  NUMBER_STEP_MAX,
  REVOKED_MAX,
  type RevokedSerial,
  type TrustBundle,
} from "./schema.ts";
import type { DesiredTrust, ObservedTrust, Store } from "./state.ts";

export interface Before {
  readonly authorities: readonly Authority[];
  readonly revoked: readonly RevokedSerial[];
  /** Copies refuse them too, and there are too many to believe. */
  readonly leftOut: readonly RevokedSerial[];
}

/** The other places are for what is ordered, whatever somebody has written into a vault. */
export const COPIED_REVOKED_MAX = REVOKED_MAX - 50;
/** Between our clock and those that look at a leaf's date. */
const CLOCK_TOLERANCE_SECONDS = 300;

/** relay's bundle; where a copy is ahead of it, or it is gone, what is in any of the stores. */
export function publishedBefore(desired: DesiredTrust, observed: ObservedTrust, now: Instant): Before {
  const { head, copies } = observed;
  if (head.kind === "published" && !isBehindCopies(copies, head.bundle))
    return { ...head.bundle, leftOut: [] };
  const authorities = authoritiesBefore(desired, observed, now);
  const { issuing, next, failover } = desired;
  const ends = [issuing, next, failover, ...authorities].flatMap((ca) => (ca === null ? [] : [ca.notAfter]));
  const own = head.kind === "published" ? head.bundle.revoked : [];
  const copied = [...copies.values()].flatMap(bundleIn).flatMap(({ revoked }) => revoked);
  return { authorities, ...revokedBefore(own, copied, Math.max(...ends) + CLOCK_TOLERANCE_SECONDS) };
}

function authoritiesBefore(desired: DesiredTrust, observed: ObservedTrust, now: Instant): Authority[] {
  const bundles = [observed.head, ...observed.copies.values()].flatMap(bundleIn);
  const last = Math.max(...bundles.map(({ number }) => number));
  const sorted = bundles.toSorted((one, other) => other.number - one.number);
  // What the last one lacks had left it, and stays closed on its way out.
  const all = sorted.flatMap(({ number, authorities }) =>
    number === last ? authorities : authorities.map((ca) => ({ ...ca, closedAt: ca.closedAt ?? now })),
  );
  return firstOf(all.filter(ownCa(desired, observed)), ({ id }) => id);
}

/** Nobody is let in by a serial, but a vault's writer could fill the bundle with them: no leaf outlives its CA. */
function revokedBefore(
  own: readonly RevokedSerial[],
  copied: readonly RevokedSerial[],
  lastEnd: Instant,
): Pick<Before, "revoked" | "leftOut"> {
  const names = new Set(own.map(({ serial }) => serial));
  const bounded = copied.map(({ serial, until }) => ({ serial, until: Math.min(until, lastEnd) }));
  const known = longest([...own, ...bounded.filter(({ serial }) => names.has(serial))]);
  const added = longest(bounded.filter(({ serial }) => !names.has(serial)));
  const places = Math.max(0, COPIED_REVOKED_MAX - known.length);
  return { revoked: [...known, ...added.slice(0, places)], leftOut: added.slice(places) };
}

/** Each once, those that end last first. */
const longest = (serials: readonly RevokedSerial[]): RevokedSerial[] =>
  firstOf(
    serials.toSorted((one, other) => other.until - one.until),
    ({ serial }) => serial,
  ).toSorted((one, other) => other.until - one.until || compareText(one.serial, other.serial));

/** Somebody stepped back to an earlier bundle, or has made another one of the same number. */
export const isBehindCopies = (copies: ObservedTrust["copies"], head: TrustBundle): boolean =>
  [...copies.values()]
    .flatMap(bundleIn)
    .some(
      ({ number, version }) => number > head.number || (number === head.number && version !== head.version),
    );

/**
 * The stores without a bundle whose number is out of all line with the others': nobody loads it, and to count on from
 * it would use up the numbers. The hand keeps the copies in line, so that they say what relay's store may hold.
 */
export function inLine(observed: ObservedTrust): ObservedTrust {
  const copied = [...observed.copies.values()].flatMap(bundleIn).map(({ number }) => number);
  const head =
    copied.length === 0 ? observed.head : below(observed.head, Math.max(...copied) + NUMBER_STEP_MAX);
  if (head.kind !== "published") return { ...observed, head };
  const copies = [...observed.copies].map(
    ([bunny, store]) => [bunny, below(store, head.bundle.number + NUMBER_STEP_MAX)] as const,
  );
  return { ...observed, head, copies: new Map(copies) };
}

const below = (store: Store, max: number): Store =>
  store.kind === "published" && store.bundle.number > max
    ? { kind: "malformed", storeVersion: store.storeVersion }
    : store;

const bundleIn = (store: Store): TrustBundle[] => (store.kind === "published" ? [store.bundle] : []);

function firstOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()];
}
