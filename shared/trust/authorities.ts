/**
 * Decides which CAs the bundle holds, and so how a CA comes and goes. Pure.
 *
 * One thing must stay true: a CA leaves only when nothing more can come from it and every leaf that it has issued has
 * ended. It comes as soon as the link names it, goes closed first, and then waits. One that has left comes back for a
 * leaf alone that was seen to be from it.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import type { CaFacts } from "./authority.ts";
import { type Before, publishedBefore } from "./before.ts";
import { gateOf } from "./issuer.ts";
import type { Authority, CaId } from "./schema.ts";
import { type DesiredTrust, headOf, isLive, type ObservedTrust } from "./state.ts";

/** Without the number since which it is there: that is known only to who publishes it. */
export type WantedAuthority = Omit<Authority, "since">;

export function planAuthorities(
  desired: DesiredTrust,
  observed: ObservedTrust,
  now: Instant,
): WantedAuthority[] {
  const before = publishedBefore(desired, observed, now);
  const { issuing, next, failover } = desired;
  const stays = [next ?? issuing, ...(failover === null ? [] : [failover])];
  const linked = stays.map((ca) => ({ ...factsOf(ca), closedAt: null }));
  const outgoing = next === null ? [] : planOutgoing({ ...desired, next }, observed, before, now);
  // What the link names no more was a CA of it, and leaves may have come from it until a moment ago. Of one that it
  // names, what is said above goes before.
  const leaving = before.authorities.flatMap((ca) => planLeaving(desired, observed, ca, ca.closedAt, now));
  return unique([...linked, ...outgoing, ...leaving]);
}

type Rolling = DesiredTrust & { readonly next: CaFacts };

/** The CA whose place another one takes. */
function planOutgoing(
  desired: Rolling,
  observed: ObservedTrust,
  before: Before,
  now: Instant,
): WantedAuthority[] {
  const ca = desired.issuing;
  const entry = before.authorities.find(({ id }) => id === ca.id);
  if (entry === undefined && hasLeft(desired, before)) return planReturn(observed, ca, now);
  const closedAt = entry?.closedAt ?? null;
  const closed =
    closedAt === null ? mayClose(desired, observed, ca.id, now) : staysClosed(desired, observed, ca.id);
  if (!closed) return [{ ...factsOf(ca), closedAt: null }];
  return planLeaving(desired, observed, ca, closedAt, now);
}

/** A bundle that lacks it and has the next one: it was there, and is gone. One that lacks both has still to get them. */
const hasLeft = ({ next }: Rolling, { authorities }: Before): boolean =>
  authorities.some(({ id }) => id === next.id);

/** What cannot be told, or is from a CA that nobody knows, brings nothing back: somebody may have had it leave. */
function planReturn(observed: ObservedTrust, ca: CaFacts, now: Instant): WantedAuthority[] {
  const { leaves } = observed;
  if (leaves === "unreadable") return [];
  const from = leaves.filter(({ issuer }) => issuer === ca.id);
  const head = headOf(observed);
  if (!from.some((leaf) => isLive(leaf, head, now))) return [];
  return [{ ...factsOf(ca), closedAt: from.some(({ current }) => current) ? null : now }];
}

/** Once each certificate has been issued anew, and could be again. */
function mayClose(desired: Rolling, observed: ObservedTrust, outgoing: CaId, now: Instant): boolean {
  const { next } = desired;
  if (observed.leaves === "unreadable" || isCurrent(observed, outgoing)) return false;
  const names = [...observed.pinned.keys()];
  return (
    names.length > 0 && names.every((name) => gateOf(desired, observed, name, next.id, now).kind === "open")
  );
}

/** It is opened again while something came from it all the same, and when the next one does not sign any more. */
const staysClosed = ({ next }: Rolling, observed: ObservedTrust, outgoing: CaId): boolean =>
  observed.signs.get(next.id) !== "no" && !isCurrent(observed, outgoing);

function planLeaving(
  { timing }: DesiredTrust,
  observed: ObservedTrust,
  ca: CaFacts,
  closedAt: Instant | null,
  now: Instant,
): WantedAuthority[] {
  const rested = closedAt !== null && now >= closedAt + timing.closedSeconds;
  if (rested && !isNeeded(observed, ca.id, now)) return [];
  return [{ ...factsOf(ca), closedAt: closedAt ?? now }];
}

/** True also when nobody can tell, and while there is a leaf of which nobody knows whose it is. */
export function isNeeded(observed: ObservedTrust, ca: CaId, now: Instant): boolean {
  const { leaves } = observed;
  if (leaves === "unreadable") return true;
  const head = headOf(observed);
  return leaves.some((leaf) => (leaf.issuer === ca || leaf.issuer === "other") && isLive(leaf, head, now));
}

const isCurrent = ({ leaves }: ObservedTrust, ca: CaId): boolean =>
  leaves !== "unreadable" &&
  leaves.some(({ current, issuer }) => current && (issuer === ca || issuer === "other"));

const factsOf = ({ id, notAfter, pem }: CaFacts) => ({ id, notAfter, pem });

const unique = <Ca extends CaFacts>(cas: readonly Ca[]): Ca[] =>
  [...new Map(cas.toReversed().map((ca) => [ca.id, ca])).values()].toSorted((one, other) =>
    compareText(one.id, other.id),
  );
