/**
 * Decides what is to be done about the trust between relay and bunny: what is published, and where a change of CA
 * stands. Pure: no clock, network or randomness; nothing is remembered from one plan to the next.
 *
 * One thing must stay true: every leaf that somebody may present is accepted by whoever it is presented to.
 */
import type { Serial } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import { acknowledgedBy, type Loading, partiesOf } from "./acknowledge.ts";
import { planAuthorities } from "./authorities.ts";
import { type Before, publishedBefore } from "./before.ts";
import { type ForeignCas, foreignCas } from "./foreign.ts";
import { findHold, type Hold } from "./hold.ts";
import { casOf } from "./issuer.ts";
import { nextNumber, type PublishStep, planBundle, planSteps, roomFor } from "./publish.ts";
import { planRevoked } from "./revoked.ts";
import { planRollover, type Rollover } from "./rollover.ts";
import { type CaId, NUMBER_MAX } from "./schema.ts";
import type { DesiredTrust, ObservedTrust } from "./state.ts";

export type TrustTrouble =
  | { readonly kind: "store-unreadable" | "store-malformed"; readonly party: string }
  | { readonly kind: "words-unreadable" | "leaves-unreadable" | "orders-unreadable" }
  /** The link does not name it any more, and there are leaves of it that somebody may present. */
  | { readonly kind: "ca-still-needed"; readonly ca: CaId }
  /** Somebody wrote them into this bunny's vault: they go nowhere else. */
  | ({ readonly kind: "foreign-ca" } & ForeignCas)
  /** From a CA that nobody knows: no CA leaves while it has not ended. */
  | { readonly kind: "leaf-of-unknown-ca"; readonly certificate: string }
  /** The bundle has no place for them. */
  | { readonly kind: "revocations-without-place"; readonly serials: readonly Serial[] }
  /** The CAs alone take more room than a bundle has: nothing is published. */
  | { readonly kind: "bundle-too-large" }
  /** A store holds a bundle with the last of all numbers: nothing is published. */
  | { readonly kind: "numbers-used-up" };

export interface TrustPlan {
  /** In this order; a copy is made only once its bundle is in relay's store. */
  readonly steps: readonly PublishStep[];
  /** Why there is no step, whatever is wanted; null when there may be some. */
  readonly hold: Hold | null;
  readonly rollover: Rollover;
  /** Who runs what is published, by party. */
  readonly loaded: ReadonlyMap<string, Loading>;
  readonly troubles: readonly TrustTrouble[];
}

export function planTrust(desired: DesiredTrust, observed: ObservedTrust, now: Instant): TrustPlan {
  const { fault, over, steps, authorities } = planSettled(desired, observed, now);
  const hold = findHold(desired, observed, now);
  const parties = partiesOf(desired);
  return {
    steps: hold === null ? steps : [],
    hold,
    rollover: planRollover(desired, observed, now),
    loaded: new Map(parties.map((party) => [party.name, acknowledgedBy(desired, observed, party, now)])),
    troubles: [
      ...unreadable(desired, observed),
      ...stillNeeded(desired, authorities),
      ...foreignCas(desired, observed).map((found) => ({ kind: "foreign-ca" as const, ...found })),
      ...strangers(observed, now),
      ...(over.length > 0 ? [{ kind: "revocations-without-place" as const, serials: over }] : []),
      ...(fault === null ? [] : [{ kind: fault }]),
    ],
  };
}

/** What would be published if nothing held it up. */
function planSettled(desired: DesiredTrust, observed: ObservedTrust, now: Instant) {
  const authorities = planAuthorities(desired, observed, now);
  if (nextNumber(observed) > NUMBER_MAX)
    return { authorities, steps: [], over: [], fault: "numbers-used-up" as const };
  const bytes = roomFor(observed, authorities);
  const lastEnd = Math.max(...authorities.map(({ notAfter }) => notAfter));
  const before = publishedBefore(desired, observed, now);
  const { revoked, over: full } = planRevoked(before.revoked, observed.revoked, { lastEnd, bytes }, now);
  const over = [...full, ...withoutPlace(before, [...revoked.map(({ serial }) => serial), ...full], now)];
  if (bytes < 0) return { authorities, steps: [], over, fault: "bundle-too-large" as const };
  const bundle = planBundle(observed, authorities, revoked, now);
  return { authorities, steps: planSteps(observed, desired.relay.name, bundle), over, fault: null };
}

const withoutPlace = ({ leftOut }: Before, known: readonly Serial[], now: Instant): Serial[] =>
  leftOut.flatMap(({ serial, until }) => (now < until && !known.includes(serial) ? [serial] : []));

function unreadable(desired: DesiredTrust, observed: ObservedTrust): TrustTrouble[] {
  const stores = partiesOf(desired).flatMap(({ name }): TrustTrouble[] => {
    const store = name === desired.relay.name ? observed.head : observed.copies.get(name);
    if (store === undefined || store.kind === "unreadable")
      return [{ kind: "store-unreadable", party: name }];
    return store.kind === "malformed" ? [{ kind: "store-malformed", party: name }] : [];
  });
  return [
    ...stores,
    ...(observed.words === "unreadable" ? [{ kind: "words-unreadable" as const }] : []),
    ...(observed.leaves === "unreadable" ? [{ kind: "leaves-unreadable" as const }] : []),
    ...(observed.revoked === "unreadable" ? [{ kind: "orders-unreadable" as const }] : []),
  ];
}

function stillNeeded(desired: DesiredTrust, authorities: readonly { readonly id: CaId }[]): TrustTrouble[] {
  const linked = new Set(casOf(desired));
  return authorities
    .filter(({ id }) => !linked.has(id))
    .map(({ id }) => ({ kind: "ca-still-needed", ca: id }));
}

function strangers({ leaves }: ObservedTrust, now: Instant): TrustTrouble[] {
  if (leaves === "unreadable") return [];
  const names = leaves.flatMap(({ issuer, notAfter, certificate }) =>
    issuer === "other" && notAfter > now ? [certificate] : [],
  );
  return [...new Set(names)].toSorted().map((certificate) => ({ kind: "leaf-of-unknown-ca", certificate }));
}
