/**
 * Decides which serials the bundle refuses. Pure.
 *
 * One thing must stay true: what its holder still has to present is not among them (certificates/revocation.ts judges
 * that), and what once was stays until its leaf has ended, also when the order is lost.
 */
import { planRevocations, type RevocationStanding } from "../certificates/revocation.ts";
import type { RevocationOrder, RevocationReason } from "../certificates/revocation-order.ts";
import type { Serial } from "../certificates/schema.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { REVOKED_MAX, type RevokedSerial } from "./schema.ts";

export interface RevokedWish {
  readonly serial: Serial;
  readonly reason: RevocationReason;
  /** When the leaf ends; null when nobody knows. */
  readonly notAfter: Instant | null;
}

/**
 * The orders that take effect now. The bundle needs no CA for that: also what a short-lived CA leaves to expire is
 * refused, and what another CA has issued.
 */
export function revokedWishes(
  orders: readonly RevocationOrder[],
  standingOf: (certificate: string) => RevocationStanding,
  endOf: (serial: Serial) => Instant | null,
  now: Instant,
): RevokedWish[] {
  const ready = planRevocations(orders, standingOf, "general-purpose", now).filter(
    ({ kind }) => kind === "revoke",
  );
  const serials = new Set(ready.map(({ order }) => order.serial));
  return orders
    .filter((order) => serials.has(order.serial) || isDone(order))
    .map(({ serial, reason }) => ({ serial, reason, notAfter: endOf(serial) }));
}

/** Closed by the CA's word, or because no CA would have to be asked. */
const isDone = ({ state, code }: RevocationOrder): boolean =>
  state === "revoked" || (state === "refused" && (code === "left-to-expire" || code === "other-ca"));

export interface RevokedPlan {
  readonly revoked: readonly RevokedSerial[];
  /** No place was left for these. */
  readonly over: readonly Serial[];
}

/** Between our clock and those that look at a leaf's date. */
const CLOCK_TOLERANCE_SECONDS = 300;

/**
 * `bytes` is the room for them. When it is not enough, what was refused before stays so, then come those whose key is
 * known to others, then those that would be accepted for longest.
 */
export function planRevoked(
  published: readonly RevokedSerial[],
  wishes: readonly RevokedWish[] | "unreadable",
  { lastEnd, bytes }: { readonly lastEnd: Instant; readonly bytes: number },
  now: Instant,
): RevokedPlan {
  const before = published.map(({ serial, until }): Placed => ({ serial, until, rank: 0 }));
  const asked = wishes === "unreadable" ? [] : wishes.map((wish) => placedBy(wish, lastEnd));
  // Of one serial the last entry stays: what was refused before is refused as it was.
  const wanted = new Map([...asked.toReversed(), ...before].map((one) => [one.serial, one]));
  const order = [...wanted.values()].filter(({ until }) => now < until).toSorted(byUrgency);
  const placed = order.slice(0, placesFor(order, bytes));
  return {
    revoked: placed
      .map(({ serial, until }) => ({ serial, until }))
      .toSorted((one, other) => compareText(one.serial, other.serial)),
    over: order.slice(placed.length).map(({ serial }) => serial),
  };
}

/** The lower the rank, the sooner it has its place. */
type Placed = RevokedSerial & { readonly rank: 0 | 1 | 2 };

const placedBy = ({ serial, reason, notAfter }: RevokedWish, lastEnd: Instant): Placed => ({
  serial,
  // No leaf outlives its CA.
  until: notAfter === null ? lastEnd : notAfter + CLOCK_TOLERANCE_SECONDS,
  rank: reason === "KEY_COMPROMISE" ? 1 : 2,
});

const byUrgency = (one: Placed, other: Placed): number =>
  one.rank - other.rank || other.until - one.until || compareText(one.serial, other.serial);

function placesFor(order: readonly RevokedSerial[], bytes: number): number {
  let left = bytes;
  const fits = order.findIndex(({ serial, until }, index) => {
    left -= JSON.stringify({ serial, until }).length + ",".length;
    return left < 0 || index >= REVOKED_MAX;
  });
  return fits === -1 ? order.length : fits;
}
