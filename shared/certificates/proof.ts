/** Whether the workload was seen to use its current certificate, as far as the link wants that proven. */
import type { LinkCertificate } from "../link/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { CertificateVersion } from "./schema.ts";

export type Proof =
  /** There is no certificate to prove the use of. */
  | "not-needed"
  /** Accepted by relay, or taken for granted after the declared time. */
  | "seen"
  | "awaited"
  /** Not seen within the declared time: the workload may still hold only its last certificate. */
  | "overdue"
  /** Left to a person. */
  | "manual";

/** From when on its use is not awaited any more: it was seen, is taken for granted, or is overdue. */
export function awaitedUntil(
  { proof, proofWithinSeconds }: Pick<LinkCertificate, "proof" | "proofWithinSeconds">,
  { createdAt }: Pick<CertificateVersion, "createdAt">,
  seen: Instant | null,
): Instant {
  if (proof === "manual" || (proof === "observed" && seen !== null)) return createdAt;
  return proof === "observed" ? createdAt + proofWithinSeconds + 1 : createdAt + proof.after;
}

export function planProof(
  { proof, proofWithinSeconds }: Pick<LinkCertificate, "proof" | "proofWithinSeconds">,
  current: Pick<CertificateVersion, "createdAt"> | null,
  seen: Instant | null,
  now: Instant,
): Proof {
  if (current === null) return "not-needed";
  if (proof === "manual") return "manual";
  if (proof !== "observed") return now >= current.createdAt + proof.after ? "seen" : "awaited";
  if (seen !== null) return "seen";
  return now > current.createdAt + proofWithinSeconds ? "overdue" : "awaited";
}
