/**
 * Says what keeps every bundle from being published. Pure.
 *
 * One thing must stay true: a store whose content nobody knows is not written over, and the first bundle, with which
 * relay leaves the CAs that its people gave it, comes only once each side presents what that bundle accepts.
 */

import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { type DesiredTrust, isLive, type ObservedTrust } from "./state.ts";

export interface Hold {
  readonly reason:
    | "head-unreadable"
    /** relay's store has no bundle, and in one that cannot be read there may be what it held. */
    | "copies-unreadable"
    /** Of the first bundle: somebody presents, or may present, what it would refuse. */
    | "first-leaves-unreadable"
    | "first-words-unreadable"
    | "first-leaf-of-unknown-ca"
    | "first-certificate-missing";
  /** Parties, or certificates. */
  readonly who: readonly string[];
}

export function findHold(desired: DesiredTrust, observed: ObservedTrust, now: Instant): Hold | null {
  const { head, copies } = observed;
  if (head.kind === "published") return null;
  if (head.kind === "unreadable") return { reason: "head-unreadable", who: [desired.relay.name] };
  const unread = desired.bunnies
    .map(({ name }) => name)
    .filter((name) => (copies.get(name)?.kind ?? "unreadable") === "unreadable");
  if (unread.length > 0) return { reason: "copies-unreadable", who: unread.toSorted(compareText) };
  const isFirst = [...copies.values()].every(({ kind }) => kind !== "published");
  return isFirst ? findHoldOfFirst(desired, observed, now) : null;
}

function findHoldOfFirst(
  { relayCertificates }: DesiredTrust,
  { leaves, words }: ObservedTrust,
  now: Instant,
): Hold | null {
  if (leaves === "unreadable") return { reason: "first-leaves-unreadable", who: [] };
  // Only there relay says which certificate it serves.
  if (words === "unreadable") return { reason: "first-words-unreadable", who: [] };
  const live = leaves.filter((leaf) => isLive(leaf, null, now));
  const strangers = live.filter(({ issuer }) => issuer === "other").map(({ certificate }) => certificate);
  if (strangers.length > 0) return { reason: "first-leaf-of-unknown-ca", who: unique(strangers) };
  // Without one of ours relay serves another one, of which nothing is known, and bunny would refuse it.
  const held = new Set(live.filter(({ current }) => current).map(({ certificate }) => certificate));
  const missing = relayCertificates.filter((name) => !held.has(name));
  return missing.length > 0 ? { reason: "first-certificate-missing", who: unique(missing) } : null;
}

/** Nor ever was: relay's people say whom it trusts. False also when nobody can tell. */
export const isNothingPublished = ({ head, copies }: Pick<ObservedTrust, "head" | "copies">): boolean =>
  [head, ...copies.values()].every(({ kind }) => kind === "absent");

const unique = (names: readonly string[]): string[] => [...new Set(names)].toSorted(compareText);
