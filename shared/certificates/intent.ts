/**
 * How a signature that was once intended goes on. `IssueCertificate` cannot be observed afterwards, but for a
 * few minutes a repeated call with the same token gives the same certificate; after that only a fresh key is
 * safe, because a certificate that may have been issued for the dropped one can then never be used.
 */
import { createHash } from "node:crypto";
import { InvariantError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { DropReason, SigningIntent } from "./plan.ts";
import type { Intent } from "./schema.ts";

/** https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html (IdempotencyToken) */
export const IDEMPOTENCY_WINDOW_SECONDS = 300;

/**
 * For two clocks that differ, and for the calls between the decision to go on with an intent and the CA's answer. A
 * run may take longer: it decides when the turn of a change comes, and not before (settle.ts).
 */
export const IDEMPOTENCY_MARGIN_SECONDS = 60;

const TOKEN_LENGTH = 32;

/** The same for the same CA and CSR, so that a repeated call is recognised as one; within the 36 that are taken. */
export const idempotencyToken = (caArn: string, csrDigest: string): string =>
  createHash("sha256").update(`${caArn}\n${csrDigest}`).digest("hex").slice(0, TOKEN_LENGTH);

/**
 * The intent once the ARN of its certificate was learnt from elsewhere; null when there is nothing to note. One that
 * was given up stays so: its key is gone, and its certificate is an orphan.
 */
export function withArn(intent: Intent, certificateArn: string): Intent | null {
  if (intent.certificateArn !== undefined) return null;
  switch (intent.state) {
    case "intended":
    // What the CA refused one caller it may have signed for another one, who has died.
    case "refused":
      return { ...intent, state: "issued", certificateArn };
    case "outcome-unknown":
      return { ...intent, certificateArn };
    case "issued":
    case "merged":
      return null;
  }
}

export interface IntentContext {
  readonly caArn: string;
  readonly csrDigest: string;
  /** True when a certificate with the intent's end would already be due for renewal. */
  readonly outlived: boolean;
}

/** The intent to go on with, or the reason for which its request must be dropped. */
export function resumeIntent(
  intent: Intent,
  { caArn, csrDigest, outlived }: IntentContext,
  now: Instant,
):
  | (SigningIntent & { readonly kind: "resume" })
  | (DropReason & ("other-ca" | "outcome-unknown" | "intent-outlived")) {
  if (intent.csrDigest !== csrDigest) {
    throw new InvariantError(
      `the intent of ${intent.certificate} was read for another CSR than the pending one`,
    );
  }
  const { idempotencyToken: token, notAfter, certificateArn } = intent;
  if (token !== idempotencyToken(caArn, csrDigest)) return "other-ca";
  if (intent.state === "outcome-unknown") return "outcome-unknown";
  if (outlived) return "intent-outlived";
  if (certificateArn !== undefined)
    return { kind: "resume", idempotencyToken: token, notAfter, certificateArn };
  const repeatable = now < intent.createdAt + IDEMPOTENCY_WINDOW_SECONDS - IDEMPOTENCY_MARGIN_SECONDS;
  return repeatable ? { kind: "resume", idempotencyToken: token, notAfter } : "outcome-unknown";
}
