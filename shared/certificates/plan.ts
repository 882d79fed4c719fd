/**
 * Decides what one certificate needs next: nothing, one change, or a refusal with its reason.
 *
 * Pure: no clock, network or randomness. One thing must stay true: only a request that is exactly ours is
 * ever signed, and whatever is pending is first finished or dropped before anything is asked for anew.
 */
import type { LinkCertificate } from "../link/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import { type AskedFor, askedFor } from "./asked.ts";
import { idempotencyToken, resumeIntent } from "./intent.ts";
import { checkCsr, type Mismatch, sameIdentity, sameKey } from "./match.ts";
import { type Proof, planProof } from "./proof.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { jitterOf, renewAt } from "./renewal.ts";
import { mustBeReplaced } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion, CsrFacts, Intent, ObservedCa, Purpose } from "./schema.ts";

/** A certificate as the link declares it, and whom it is for. */
export type DesiredCertificate = LinkCertificate & {
  readonly purpose: Purpose;
  /** A bunny's name, or "relay". */
  readonly holder: string;
};

export interface ObservedPending {
  readonly requestId: string;
  readonly csr: CsrFacts;
  readonly policyFaults: readonly string[];
}

export interface Observed {
  readonly certificate: {
    readonly current: CertificateVersion | null;
    readonly pending: ObservedPending | null;
  };
  /** The journal's intent for the pending CSR's digest; `null` when there is none or nothing is pending. */
  readonly intent: Intent | null;
  /** When relay's log showed the current version's serial accepted. */
  readonly seen: Instant | null;
  /** The orders to revoke, of whatever certificate. */
  readonly orders: readonly RevocationOrder[];
  readonly ca: ObservedCa;
  readonly caArn: string;
}

export type RequestReason =
  | "absent"
  | "revoked"
  | "disabled"
  | "expired"
  | "other-ca"
  | "other-identity"
  | "other-key"
  | "renewal-due";

export type DropReason = Mismatch | "other-policy" | "other-ca" | "outcome-unknown" | "intent-outlived";

/** How a CSR is signed: `new` writes its intent first; `resume` goes on with the one that the journal has. */
export type SigningIntent =
  | { readonly kind: "new"; readonly idempotencyToken: string; readonly notAfter: Instant }
  | {
      readonly kind: "resume";
      readonly idempotencyToken: string;
      readonly notAfter: Instant;
      /** Present when the certificate was issued: it is fetched, and the CA is not asked to sign again. */
      readonly certificateArn?: string;
    };

export type Change =
  | { readonly kind: "request"; readonly reason: RequestReason }
  | {
      readonly kind: "drop-request";
      readonly requestId: string;
      readonly reasons: readonly DropReason[];
      /** What the CSR asked for beyond the link, and how the policy differs, in words. */
      readonly details: readonly string[];
      /** For the record: nothing else is left of it afterwards. */
      readonly asked: AskedFor;
    }
  | {
      readonly kind: "sign-and-merge";
      readonly requestId: string;
      readonly csrDigest: string;
      readonly intent: SigningIntent;
    };

export interface CertificatePlan {
  readonly change: Change | null;
  readonly refusal: Refusal | null;
  /** When there is next something to do; `now` when there is. */
  readonly nextAt: Instant;
  readonly proof: Proof;
}

export function planCertificate(
  desired: DesiredCertificate,
  observed: Observed,
  now: Instant,
): CertificatePlan {
  const { current, pending } = observed.certificate;
  const proof = planProof(desired, current, observed.seen, now);
  if (pending !== null) return { ...planPending(desired, observed, pending, now), nextAt: now, proof };
  const dueAt = current === null ? now : renewalOf(desired, current.notAfter);
  const reason = requestReason(desired, observed, dueAt, now);
  if (reason === null) return { change: null, refusal: null, nextAt: dueAt, proof };
  // A request that could not be signed would only wait in the vault, in the way of a later one.
  const refusal = refusalOf(observed.ca, desired.lifetimeSeconds, now + desired.lifetimeSeconds);
  return { change: refusal === null ? { kind: "request", reason } : null, refusal, nextAt: now, proof };
}

type Decision = Pick<CertificatePlan, "change" | "refusal">;

/** What is pending is finished even when nothing is due: an earlier run, or somebody, asked for it. */
function planPending(
  desired: DesiredCertificate,
  { intent, ca, caArn }: Observed,
  pending: ObservedPending,
  now: Instant,
): Decision {
  const mismatches = checkCsr(pending.csr, desired);
  const reasons: DropReason[] =
    pending.policyFaults.length > 0 ? [...mismatches, "other-policy"] : mismatches;
  if (reasons.length > 0) return drop(pending, reasons);
  // A CA that said no has issued nothing: the same CSR, and so the same token, may be signed with a new end.
  if (intent === null || intent.state === "refused") {
    const notAfter = now + desired.lifetimeSeconds;
    const token = idempotencyToken(caArn, pending.csr.digest);
    return sign(
      pending,
      { kind: "new", idempotencyToken: token, notAfter },
      refusalOf(ca, desired.lifetimeSeconds, notAfter),
    );
  }
  const outlived = renewalOf(desired, intent.notAfter) <= now;
  const resumed = resumeIntent(intent, { caArn, csrDigest: pending.csr.digest, outlived }, now);
  if (typeof resumed === "string") return drop(pending, [resumed]);
  // What was issued needs no signature any more, so the CA's state cannot stop it.
  const issued = resumed.certificateArn !== undefined;
  return sign(pending, resumed, issued ? null : refusalOf(ca, desired.lifetimeSeconds, intent.notAfter));
}

function drop({ requestId, csr, policyFaults }: ObservedPending, reasons: readonly DropReason[]): Decision {
  const details = [...csr.extras, ...policyFaults].toSorted();
  return {
    change: { kind: "drop-request", requestId, reasons, details, asked: askedFor(csr) },
    refusal: null,
  };
}

function sign({ requestId, csr }: ObservedPending, intent: SigningIntent, refusal: Refusal | null): Decision {
  if (refusal !== null) return { change: null, refusal };
  return { change: { kind: "sign-and-merge", requestId, csrDigest: csr.digest, intent }, refusal };
}

function requestReason(
  desired: DesiredCertificate,
  { certificate: { current }, orders }: Observed,
  dueAt: Instant,
  now: Instant,
): RequestReason | null {
  if (current === null) return "absent";
  if (mustBeReplaced(orders, current.serial)) return "revoked";
  if (!current.enabled) return "disabled";
  if (current.notAfter <= now) return "expired";
  if (!current.issuedByPinnedCa) return "other-ca";
  if (!sameIdentity(current.identity, desired.identity)) return "other-identity";
  if (!sameKey(current.key, desired.key)) return "other-key";
  return dueAt <= now ? "renewal-due" : null;
}

/** When a certificate of this end is renewed. */
function renewalOf(desired: DesiredCertificate, notAfter: Instant): Instant {
  return renewAt({
    notAfter,
    lifetimeSeconds: desired.lifetimeSeconds,
    fraction: desired.renewAt,
    jitterSeconds: jitterOf(desired.name, desired.jitterMaxSeconds),
    window: desired.window,
  });
}
