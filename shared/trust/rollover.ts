/** Says where a change of CA stands, for whoever wants to know. Nothing is decided by it. Pure. */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { isNeeded } from "./authorities.ts";
import { type GateReason, gateOf } from "./issuer.ts";
import { type DesiredTrust, headOf, isLive, type ObservedTrust } from "./state.ts";

export type Rollover =
  /** The link names no next CA. */
  | { readonly phase: "none" }
  /** The next CA is not published, not loaded by all, or cannot issue yet. */
  | { readonly phase: "preparing"; readonly reason: GateReason; readonly who: readonly string[] }
  /** Some certificates are still from the outgoing CA; `who` is theirs. */
  | { readonly phase: "re-issuing"; readonly who: readonly string[] }
  /** Nothing comes from the outgoing CA any more. Its leaves, if any, end at `until`; null when nobody can tell. */
  | { readonly phase: "closing"; readonly until: Instant | null }
  /** The outgoing CA has left the bundle, and may leave the link. */
  | { readonly phase: "complete" };

export function planRollover(desired: DesiredTrust, observed: ObservedTrust, now: Instant): Rollover {
  const { issuing, next } = desired;
  if (next === null) return { phase: "none" };
  const head = headOf(observed);
  const entry = head?.authorities.find(({ id }) => id === issuing.id);
  const hasNext = head?.authorities.some(({ id }) => id === next.id) ?? false;
  if (hasNext && entry === undefined && !isNeeded(observed, issuing.id, now)) return { phase: "complete" };
  if (entry !== undefined && entry.closedAt !== null)
    return { phase: "closing", until: endOf(desired, observed, entry.closedAt, now) };
  const names = [...observed.pinned.keys()].toSorted(compareText);
  for (const name of names) {
    const gate = gateOf(desired, observed, name, next.id, now);
    if (gate.kind === "shut") return { phase: "preparing", reason: gate.reason, who: gate.who };
  }
  return { phase: "re-issuing", who: names.filter((name) => isFrom(observed, name, issuing.id)) };
}

function endOf(
  { issuing, timing }: DesiredTrust,
  observed: ObservedTrust,
  closedAt: Instant,
  now: Instant,
): Instant | null {
  const { leaves } = observed;
  if (leaves === "unreadable") return null;
  const head = headOf(observed);
  const ends = leaves.flatMap((leaf) =>
    (leaf.issuer === issuing.id || leaf.issuer === "other") && isLive(leaf, head, now) ? [leaf.notAfter] : [],
  );
  return Math.max(closedAt + timing.closedSeconds, ...ends);
}

const isFrom = ({ leaves }: ObservedTrust, name: string, ca: string): boolean =>
  leaves === "unreadable" ||
  leaves.some(({ certificate, current, issuer }) => certificate === name && current && issuer === ca);
