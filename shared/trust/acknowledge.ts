/**
 * Says which replicas run what. Pure.
 *
 * One thing must stay true: a CA is trusted everywhere only when nobody is left who was there within the last day
 * and had not loaded it; who cannot be heard has loaded nothing.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { type CaId, readVersion, type TrustBundle } from "./schema.ts";
import {
  type DesiredTrust,
  headOf,
  type ObservedTrust,
  type Party,
  type Store,
  UNNAMED,
  type Word,
} from "./state.ts";

export type LoadingReason =
  | "not-published"
  /** A bundle was published a moment ago: one that starts now may still read the one before. */
  | "settling"
  | "store-unreadable"
  | "words-unreadable"
  | "nobody-heard"
  | "replicas-behind"
  /** Last heard with another bundle, and silent since then. */
  | "replicas-missing"
  | "time-not-passed";

export type Loading =
  | { readonly kind: "loaded" }
  | {
      readonly kind: "not-loaded";
      readonly reason: LoadingReason;
      readonly party: string;
      readonly replicas: readonly string[];
    };

const LOADED: Loading = { kind: "loaded" };

/** Whether every party trusts the CA; the first that does not, else. */
export function trustedEverywhere(
  desired: DesiredTrust,
  observed: ObservedTrust,
  ca: CaId,
  now: Instant,
): Loading {
  const head = headOf(observed);
  if (head === null) return notLoaded("not-published", desired.relay);
  for (const party of partiesOf(desired)) {
    const fault = faultOfStore(desired, party, storeOf(observed, desired, party), ca, now);
    if (fault !== null) return fault;
    const heard = judgeParty(desired, observed, party, (version) => trusts(version, head, ca), now);
    if (heard.kind === "not-loaded") return heard;
  }
  return LOADED;
}

/** Whether the party runs the very bundle that was published last. */
export function acknowledgedBy(
  desired: DesiredTrust,
  observed: ObservedTrust,
  party: Party,
  now: Instant,
): Loading {
  const head = headOf(observed);
  if (head === null) return notLoaded("not-published", party);
  const store = storeOf(observed, desired, party);
  if (store.kind === "unreadable") return notLoaded("store-unreadable", party);
  if (store.kind !== "published" || store.bundle.version !== head.version)
    return notLoaded("not-published", party);
  // Who is gone keeps nobody waiting here: nothing follows from it that could lock anybody out.
  const timing = { ...desired.timing, missedSeconds: desired.timing.heardWithinSeconds };
  return judgeParty({ ...desired, timing }, observed, party, (version) => version === head.version, now);
}

export const partiesOf = ({ relay, bunnies }: DesiredTrust): readonly Party[] => [relay, ...bunnies];

const storeOf = (observed: ObservedTrust, { relay }: DesiredTrust, { name }: Party): Store =>
  name === relay.name ? observed.head : (observed.copies.get(name) ?? { kind: "unreadable" });

function faultOfStore(
  { timing }: DesiredTrust,
  party: Party,
  store: Store,
  ca: CaId,
  now: Instant,
): Loading | null {
  if (store.kind === "unreadable") return notLoaded("store-unreadable", party);
  if (store.kind !== "published" || !store.bundle.authorities.some(({ id }) => id === ca))
    return notLoaded("not-published", party);
  return now < store.at + timing.settledSeconds ? notLoaded("settling", party) : null;
}

function judgeParty(
  desired: DesiredTrust,
  observed: ObservedTrust,
  party: Party,
  isGood: (version: string) => boolean,
  now: Instant,
): Loading {
  const { words } = observed;
  const { timing } = desired;
  if (party.proof !== "observed") {
    const store = storeOf(observed, desired, party);
    const since = store.kind === "published" ? store.at : now;
    return now < since + party.proof.after ? notLoaded("time-not-passed", party) : LOADED;
  }
  if (words === "unreadable") return notLoaded("words-unreadable", party);
  const isHeard = ({ at }: Word) => at >= now - timing.heardWithinSeconds;
  const last = lastWords(words, party, isHeard).filter(({ at }) => at >= now - timing.missedSeconds);
  const bad = last.filter(({ version }) => !isGood(version));
  const behind = bad.filter(isHeard);
  if (behind.length > 0) return notLoaded("replicas-behind", party, behind);
  if (!last.some(isHeard)) return notLoaded("nobody-heard", party);
  return bad.length > 0 ? notLoaded("replicas-missing", party, bad) : LOADED;
}

/** The latest of each replica; of those without a name, which are as many as they like, the least that was heard. */
function lastWords(words: readonly Word[], { name }: Party, isHeard: (word: Word) => boolean): Word[] {
  const last = new Map<string, Word>();
  for (const word of words) {
    if (word.party !== name) continue;
    const before = last.get(word.replica);
    const isOfMany = word.replica === UNNAMED && before !== undefined && isHeard(before) && isHeard(word);
    if (before === undefined || (isOfMany ? isLower(word, before) : isLater(word, before)))
      last.set(word.replica, word);
  }
  return [...last.values()];
}

/** Of two at one millisecond the lower version counts, which promises less. */
export function isLater(word: Word, before: Word): boolean {
  const elapsed = word.at - before.at || word.ms - before.ms;
  return elapsed === 0 ? isLower(word, before) : elapsed > 0;
}

function isLower(word: Word, before: Word): boolean {
  const [one, other] = [numberOf(word), numberOf(before)];
  return one === other ? word.version < before.version : one < other;
}

const numberOf = ({ version }: Word): number => readVersion(version)?.number ?? 0;

/**
 * Whether a replica that runs `version` has the CA. Each bundle names since which number it is in all of them. What is
 * not ours, or later than what we see, may hold anything.
 */
function trusts(version: string, head: TrustBundle, ca: CaId): boolean {
  const authority = head.authorities.find(({ id }) => id === ca);
  const read = readVersion(version);
  if (authority === undefined || read === null) return false;
  if (read.number === head.number) return version === head.version;
  return read.number < head.number && read.number >= authority.since;
}

const notLoaded = (reason: LoadingReason, party: Party, words: readonly Word[] = []): Loading => ({
  kind: "not-loaded",
  reason,
  party: party.name,
  replicas: words.map(({ replica }) => replica).toSorted(compareText),
});
