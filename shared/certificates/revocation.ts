/**
 * Decides which of the orders to revoke are carried out now. Pure.
 *
 * One thing must stay true: what bunny may have to present to relay is never revoked, so the version that is
 * current never is, nor the one that relay serves, and another one only when the current one is known to work, unless its key is known to others:
 * then being cut off is the lesser harm. An orphan is no exception, for only the journal says that it is one.
 */
import type { Link } from "../link/schema.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Proof } from "./proof.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion, Serial } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";

/** What a run knows of one certificate once it has done what it could for it. */
export interface RevocationTarget {
  readonly current: Pick<CertificateVersion, "serial" | "createdAt"> | null;
  readonly proof: Proof | "unknown";
  /** The serial that is presented to others; left out, the current one's. relay's current one may be only staged. */
  readonly served?: Serial | null;
}

/** What relay is to serve, by a look at its secret; `isNew` when it was made so at that moment. */
export interface Served {
  readonly serial: Serial | null;
  readonly isNew: boolean;
}

/** How a certificate stands whose newest version is not always the one that is served. */
export function withServed(target: RevocationTarget, served: Served | "unknown"): RevocationStanding {
  if (served === "unknown") return "unsettled";
  // Nobody has had time to serve what became current a moment ago, whatever else counts as the proof.
  return { ...target, proof: served.isNew ? "awaited" : target.proof, served: served.serial };
}

/**
 * How one certificate stands. "elsewhere" is looked after by another function, "unsettled" could not be read in
 * this run, and "not-in-link" is looked after by nobody any more.
 */
export type RevocationStanding = RevocationTarget | "elsewhere" | "unsettled" | "not-in-link";

export type WaitReason =
  | "not-settled"
  | "replacement-not-merged"
  /** relay has its replacement, and is to serve this one for now. */
  | "still-served"
  | "replacement-not-proven"
  /** The link leaves the proof to a person, who has ordered nothing since the replacement came. */
  | "use-left-to-a-person"
  /** Another run may be merging it at this moment. */
  | "orphan-rests";

/** Why an order is closed without a revocation. */
export type ClosedCode =
  /** Under a short-lived CA nothing is revoked. */
  | "left-to-expire"
  /** It was taken for an orphan, and was merged after all. */
  | "in-use"
  /** The link has left the CA that issued it, and no other one can revoke it. */
  | "other-ca"
  /** It was taken for an orphan, and the CA had given up on it. */
  | "never-issued";

export type RevocationStep =
  | { readonly kind: "revoke"; readonly order: RevocationOrder }
  | { readonly kind: "close"; readonly order: RevocationOrder; readonly code: ClosedCode }
  | { readonly kind: "wait"; readonly order: RevocationOrder; readonly reason: WaitReason };

/** Longer than any invocation lives, with the clocks' difference: who else was merging it has ended by then. */
export const ORPHAN_REST_SECONDS = 1_200;

/** A step for each order that is open and this run's business, by serial. `caArns` are the link's CAs, where they are known. */
export function planRevocations(
  orders: readonly RevocationOrder[],
  standingOf: (certificate: string) => RevocationStanding,
  mode: Link["certificateAuthority"]["mode"],
  now: Instant,
  caArns: readonly string[] = [],
): RevocationStep[] {
  return orders
    .filter(({ state }) => state === "ordered")
    .toSorted((one, other) => compareText(one.serial, other.serial))
    .flatMap((order): RevocationStep[] => {
      const standing = standingOf(order.certificate);
      if (standing === "elsewhere") return [];
      const blocked =
        order.origin === "orphan" ? orphanStep(order, standing, now) : waitStep(order, standing);
      if (blocked !== null) return [blocked];
      if (mode === "short-lived") return [{ kind: "close", order, code: "left-to-expire" }];
      if (isOtherCas(order, caArns)) return [{ kind: "close", order, code: "other-ca" }];
      return [{ kind: "revoke", order }];
    });
}

/** False where one of the two is not known: then the link's CAs are asked. */
const isOtherCas = ({ certificateArn }: RevocationOrder, caArns: readonly string[]): boolean =>
  certificateArn !== undefined &&
  caArns.length > 0 &&
  !caArns.includes(readCertificateArn(certificateArn).caArn);

/** What stands in the way of revoking a certificate that was, it seems, never merged; null when nothing does. */
function orphanStep(
  order: RevocationOrder,
  standing: Exclude<RevocationStanding, "elsewhere">,
  now: Instant,
): RevocationStep | null {
  if (standing === "unsettled") return { kind: "wait", order, reason: "not-settled" };
  if (standing !== "not-in-link" && [standing.current?.serial, standing.served].includes(order.serial))
    return { kind: "close", order, code: "in-use" };
  if (now < order.orderedAt + ORPHAN_REST_SECONDS) return { kind: "wait", order, reason: "orphan-rests" };
  return waitStep(order, standing);
}

function waitStep(
  order: RevocationOrder,
  standing: Exclude<RevocationStanding, "elsewhere">,
): RevocationStep | null {
  const reason = waitReason(order, standing);
  return reason === null ? null : { kind: "wait", order, reason };
}

function waitReason(
  order: RevocationOrder,
  standing: Exclude<RevocationStanding, "elsewhere">,
): WaitReason | null {
  // Nothing will replace it: who ordered it knows that it left the link, or took it out.
  if (standing === "not-in-link") return null;
  if (standing === "unsettled") return "not-settled";
  const { current, proof, served } = standing;
  if (current === null || current.serial === order.serial) return "replacement-not-merged";
  if (served === order.serial) return "still-served";
  if (order.reason === "KEY_COMPROMISE" || proof === "seen") return null;
  if (proof !== "manual") return "replacement-not-proven";
  // Their order is their word for it; a rule's is nobody's.
  const vouched = order.origin === "person" && order.orderedAt >= current.createdAt;
  return vouched ? null : "use-left-to-a-person";
}

/** True when the current version must be replaced at once: its key is known to others, or the CA has revoked it. */
export const mustBeReplaced = (orders: readonly RevocationOrder[], current: Serial): boolean =>
  orders.some(
    ({ serial, reason, state }) => serial === current && (reason === "KEY_COMPROMISE" || state === "revoked"),
  );
