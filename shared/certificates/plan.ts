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
import { awaitedUntil, type Proof, planProof } from "./proof.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { jitterOf, renewAt } from "./renewal.ts";
import { mustBeReplaced } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion, CsrFacts, Intent, ObservedCa, Purpose, Serial } from "./schema.ts";

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
  /** The serial in whose place a person has asked for another one; left out or null, nobody has. */
  readonly asked?: Serial | null;
  /** The orders to revoke, of whatever certificate. */
  readonly orders: readonly RevocationOrder[];
  /** The CA that it would be issued from. */
  readonly ca: ObservedCa;
  readonly caArn: string;
  /** It is to be replaced at once, for its CA is to be left; left out, it is not. */
  readonly replace?: boolean;
  /** Why it may be issued from no CA now; left out or null, it may. */
  readonly hold?: { readonly because: string; readonly who: string } | null;
}

export type RequestReason =
  | "absent"
  | "revoked"
  | "disabled"
  | "expired"
  | "other-ca"
  | "other-identity"
  | "other-key"
  | "asked-for"
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
  /** For what a person's wish is put off; null when nobody has one, or it is met. */
  readonly waits: "proof" | null;
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
  if (pending !== null)
    return { ...planPending(desired, observed, pending, now), waits: null, nextAt: now, proof };
  const dueAt = dueOf(desired, observed, now);
  const reason = requestReason(desired, observed, dueAt, now);
  if (reason === null) {
    const waits = isAskedFor(observed) ? "proof" : null;
    return { change: null, refusal: null, waits, nextAt: dueAt.at, proof };
  }
  // A request that could not be signed would only wait in the vault, in the way of a later one.
  const refusal =
    heldOf(observed) ?? refusalOf(observed.ca, desired.lifetimeSeconds, now + desired.lifetimeSeconds);
  return {
    change: refusal === null ? { kind: "request", reason } : null,
    refusal,
    waits: null,
    nextAt: now,
    proof,
  };
}

type Decision = Pick<CertificatePlan, "change" | "refusal">;

/** What is pending is finished even when nothing is due: an earlier run, or somebody, asked for it. */
function planPending(
  desired: DesiredCertificate,
  observed: Observed,
  pending: ObservedPending,
  now: Instant,
): Decision {
  const { intent, ca, caArn } = observed;
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
      heldOf(observed) ?? refusalOf(ca, desired.lifetimeSeconds, notAfter),
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

/** Somebody could not be told from a stranger with what would be issued now. */
function heldOf({ hold }: Observed): Refusal | null {
  return hold === undefined || hold === null ? null : { reason: "no-trusted-ca", ...hold };
}

function requestReason(
  desired: DesiredCertificate,
  { certificate: { current }, orders, replace }: Observed,
  due: Due,
  now: Instant,
): RequestReason | null {
  if (current === null) return "absent";
  if (mustBeReplaced(orders, current.serial)) return "revoked";
  if (!current.enabled) return "disabled";
  if (current.notAfter <= now) return "expired";
  if (current.issuer === "other" || replace === true) return "other-ca";
  if (!sameIdentity(current.identity, desired.identity)) return "other-identity";
  if (!sameKey(current.key, desired.key)) return "other-key";
  return due.at <= now ? due.reason : null;
}

interface Due {
  readonly at: Instant;
  readonly reason: "absent" | "asked-for" | "renewal-due";
}

/** A person's wish goes before the window, and before nothing else. */
function dueOf(desired: DesiredCertificate, observed: Observed, now: Instant): Due {
  const { current } = observed.certificate;
  if (current === null) return { at: now, reason: "absent" };
  const renewal = { at: renewalOf(desired, current.notAfter), reason: "renewal-due" } as const;
  if (!isAskedFor(observed)) return renewal;
  // Of the last one nobody knows yet that it works: a third would be one more to look for.
  const at = Math.max(now, awaitedUntil(desired, current, observed.seen));
  return at < renewal.at ? { at, reason: "asked-for" } : renewal;
}

/** By the serial, not by the time: a wish is met once another one is current, whatever the clouds' clocks say. */
const isAskedFor = ({ certificate: { current }, asked }: Observed): boolean =>
  current !== null && current.serial === asked;

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
