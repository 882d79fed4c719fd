/**
 * Decides what is published where. Pure.
 *
 * One thing must stay true: bundles have one line of descent. Each comes to relay's store first, under a number above
 * all that anybody has seen, and only what is there is copied to the bunnies.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import type { WantedAuthority } from "./authorities.ts";
import { isBehindCopies } from "./before.ts";
import { BUNDLE_BYTES_MAX, writeBundle } from "./document.ts";
import {
  AUTHORITIES_MAX,
  type Authority,
  type RevokedSerial,
  readVersion,
  type TrustBundle,
  toBundle,
} from "./schema.ts";
import type { ObservedTrust, Store } from "./state.ts";

export interface PublishStep {
  readonly kind: "publish" | "copy";
  /** relay's name, or a bunny's. */
  readonly party: string;
  readonly bundle: TrustBundle;
  /** The store's version that it takes the place of; null when there is none. Another one there refuses it. */
  readonly replaces: string | null;
}

/** A word's number counts only so far above what the stores show: whoever writes relay's log says what they like. */
const AHEAD_MAX = 100;
/** A version of a secret is kept for a day at least, and there is room for a hundred (PutSecretValue, package d.ts). */
const PRUNE_AFTER_SECONDS = 86_400;
const HEED_WORDS_AFTER_SECONDS = 3_600;

/** The bundle that relay's store is to hold: the one that is there, or one more. */
export function planBundle(
  observed: ObservedTrust,
  authorities: readonly WantedAuthority[],
  revoked: readonly RevokedSerial[],
  now: Instant,
): TrustBundle {
  const { head } = observed;
  const number = nextNumber(observed);
  const begun = authorities.map((ca): Authority => ({ ...ca, since: number }));
  const anew = () => toBundle({ number, authorities: begun, revoked: [...revoked] });
  if (head.kind !== "published" || isBehindCopies(observed.copies, head.bundle)) return anew();
  // Each CA begins anew, for what later bundles held is not known; and what only words say is worth no haste.
  const isSaid = number > head.bundle.number + 1;
  if (isSaid && now >= head.at + HEED_WORDS_AFTER_SECONDS) return anew();
  const carry = (since: number) =>
    authorities.map((ca) => ({ ...ca, since: sinceOf(ca, head.bundle) ?? since }));
  const same = toBundle({ number: head.bundle.number, authorities: carry(number), revoked: [...revoked] });
  if (same.version === head.bundle.version || isOnlyPruned(head, same, now)) return head.bundle;
  return isSaid ? anew() : toBundle({ number, authorities: carry(number), revoked: [...revoked] });
}

/** Above all that were seen, in the stores or by a replica. */
export function nextNumber(observed: ObservedTrust): number {
  const known = Math.max(...[observed.head, ...observed.copies.values()].map(numberIn));
  const words = observed.words === "unreadable" ? [] : observed.words;
  const said = words.flatMap(({ version }) => readVersion(version)?.number ?? []);
  return Math.max(known, ...said.filter((number) => number <= known + AHEAD_MAX)) + 1;
}

/** The room that the CAs leave for serials; negative when there is none even for them. */
export function roomFor(observed: ObservedTrust, authorities: readonly WantedAuthority[]): number {
  if (authorities.length > AUTHORITIES_MAX) return -1;
  const number = nextNumber(observed);
  const empty = { number, authorities: authorities.map((ca) => ({ ...ca, since: number })), revoked: [] };
  return BUNDLE_BYTES_MAX - Buffer.byteLength(writeBundle(toBundle(empty)));
}

export function planSteps(
  { head, copies }: ObservedTrust,
  relay: string,
  bundle: TrustBundle,
): PublishStep[] {
  const step = (kind: PublishStep["kind"], party: string, store: Store): PublishStep[] =>
    store.kind === "unreadable" || versionIn(store) === bundle.version
      ? []
      : [{ kind, party, bundle, replaces: "storeVersion" in store ? store.storeVersion : null }];
  const others = [...copies].toSorted(([one], [other]) => compareText(one, other));
  return [...step("publish", relay, head), ...others.flatMap(([party, store]) => step("copy", party, store))];
}

/** With the same text alone: another text under the same name is another chain. */
const sinceOf = (ca: WantedAuthority, head: TrustBundle): number | undefined =>
  head.authorities.find(({ id, pem }) => id === ca.id && pem === ca.pem)?.since;

/** Serials whose leaves have ended do no harm, and are worth no publication for a day. */
function isOnlyPruned(head: Store & { kind: "published" }, candidate: TrustBundle, now: Instant): boolean {
  if (now >= head.at + PRUNE_AFTER_SECONDS) return false;
  const { bundle } = head;
  const left = bundle.revoked.filter(({ until }) => until > now);
  const pruned = toBundle({ number: bundle.number, authorities: bundle.authorities, revoked: left });
  return pruned.version === candidate.version;
}

const versionIn = (store: Store): string | null => (store.kind === "published" ? store.bundle.version : null);
const numberIn = (store: Store): number => (store.kind === "published" ? store.bundle.number : 0);
