/**
 * Certificates that were issued and never merged: their requests were dropped, and their keys with them, so nobody
 * can use them. Where revocation is had at all, they are revoked; under a short-lived CA they are left to expire.
 */
import type { Brain } from "./brain.ts";
import { type Recorder, recordChange, recordIfMissing } from "./record.ts";
import type { CertificateVersion, Intent } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";

type IssuedIntent = Intent & { readonly certificateArn: string };

/**
 * For the moment at which nothing is pending and a new request is about to be made: whatever was issued for this
 * certificate and is not current then will never be.
 */
export async function orderOrphans(
  brain: Brain,
  name: string,
  current: CertificateVersion | null,
): Promise<void> {
  if (brain.link.certificateAuthority.mode === "short-lived") return;
  for (const intent of await brain.journal.readIntents(name)) {
    const { state, certificateArn, notAfter } = intent;
    if (certificateArn === undefined || state === "merged" || notAfter <= brain.clock()) continue;
    if (readCertificateArn(certificateArn).serial === current?.serial) continue;
    // One that the CA gave up on has an ARN too, and stands for nothing.
    if ((await brain.authority.read(certificateArn)) === "failed") continue;
    await orderOrphan(brain, { ...intent, certificateArn });
  }
}

/** Does nothing when there is an order already, by whomever. */
export async function orderOrphan(
  brain: Recorder & Pick<Brain, "journal" | "clock" | "log">,
  { certificate, certificateArn, csrDigest, notAfter }: IssuedIntent,
): Promise<void> {
  if (brain.link.certificateAuthority.mode === "short-lived") return;
  const { serial } = readCertificateArn(certificateArn);
  const order = {
    serial,
    certificate,
    reason: "SUPERSEDED",
    origin: "orphan",
    orderedBy: brain.invocation.actor,
    orderedAt: brain.clock(),
    state: "ordered",
  } as const;
  const stands = await brain.journal.orderRevocation(order);
  if (stands.origin !== "orphan") return;
  const change = {
    kind: "order-revocation",
    target: certificate,
    subject: `${serial} ${order.reason}`,
    before: null,
    after: { serial, notAfter, certificateArn, csrDigest },
    reasons: ["orphan"],
    requestIds: {},
  } as const;
  // It stood already: ordered by a run that may have ended before it could say so.
  if (stands !== order) return await recordIfMissing(brain, change);
  brain.log.info("revocation.ordered", { certificate, serial, certificateArn, origin: order.origin });
  await recordChange(brain, change);
}
