/** When a renewal is late. Pure. */
import type { Instant } from "../runtime/instant.ts";
import { renewBySeconds } from "./lifetime.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { CertificateVersion } from "./schema.ts";

/** There is none, or more than half of the time in which a failing renewal can be mended is over. */
export function isLate(
  desired: DesiredCertificate,
  current: CertificateVersion | null,
  now: Instant,
): boolean {
  const { lifetimeSeconds, renewAt } = desired;
  const leadSeconds = lifetimeSeconds - renewBySeconds(lifetimeSeconds, renewAt);
  return current === null || current.notAfter - now < leadSeconds / 2;
}
