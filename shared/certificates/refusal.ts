/** Why the CA cannot sign what the link wants. A refusal is an outcome that somebody must be told. */
import { SHORT_LIVED_MAX_SECONDS } from "../link/checks.ts";
import type { Instant } from "../runtime/instant.ts";
import type { ObservedCa } from "./schema.ts";

export type Refusal =
  | { readonly reason: "ca-not-active" }
  | {
      /** The link takes the CA for a general-purpose one; it is not, and its mode cannot be changed. */
      readonly reason: "lifetime-over-short-lived-ca";
      readonly lifetimeSeconds: number;
      readonly lifetimeMaxSeconds: number;
    }
  /** Of the CAs of the link none is known to be trusted by all; `because` is a `GateReason`. */
  | { readonly reason: "no-trusted-ca"; readonly because: string; readonly who: string }
  | { readonly reason: "outlives-ca"; readonly notAfter: Instant; readonly caNotAfter: Instant };

/** The first reason for which a certificate of this life and end cannot be signed. */
export function refusalOf(ca: ObservedCa, lifetimeSeconds: number, notAfter: Instant): Refusal | null {
  if (!ca.active) return { reason: "ca-not-active" };
  if (ca.shortLived && lifetimeSeconds > SHORT_LIVED_MAX_SECONDS) {
    return {
      reason: "lifetime-over-short-lived-ca",
      lifetimeSeconds,
      lifetimeMaxSeconds: SHORT_LIVED_MAX_SECONDS,
    };
  }
  return notAfter > ca.notAfter ? { reason: "outlives-ca", notAfter, caNotAfter: ca.notAfter } : null;
}
