/**
 * Certificates that were issued and never merged: their requests are gone, and nobody can use their keys. Where
 * revocation is had at all, they are revoked; under a short-lived CA they are left to expire.
 *
 * One thing must stay true: what may have been merged is no orphan. That nobody wrote a merge down is no sign of it,
 * for a run may have died just then; and what cannot be told is left to expire.
 */
import { caArnsOf } from "./authority.ts";
import type { Brain } from "./brain.ts";
import { finishRecords, type IssuedIntent } from "./found.ts";
import { type Recorder, recordChange, recordIfMissing } from "./record.ts";
import type { CertificateVersion } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";

/** The vault's clock and ours may differ. */
const CLOCKS_SECONDS = 300;

/**
 * For the moment at which nothing is pending and a new request is about to be made: what was merged is written down,
 * and what was issued and never was is ordered to be revoked. Once there is a newer version, neither can be told.
 *
 * The CA is not asked for anything here: it may be away, or another one by now, and the request needs it not.
 */
export async function settleIntents(
  brain: Brain,
  name: string,
  current: CertificateVersion | null,
): Promise<void> {
  const issued = await finishRecords(brain, name, current);
  for (const orphan of orphansAmong(brain, issued, current)) await orderOrphan(brain, orphan);
}

/** What the next request would have ordered, whatever is ordered already; nothing is written down. */
export async function observeOrphans(
  brain: Brain,
  name: string,
  current: CertificateVersion | null,
): Promise<readonly IssuedIntent[]> {
  if (brain.link.certificateAuthority.mode === "short-lived") return [];
  const intents = await brain.journal.readOpenIntents(name);
  const issued = intents.flatMap((intent) => {
    const { certificateArn } = intent;
    return certificateArn === undefined ? [] : [{ ...intent, certificateArn }];
  });
  return orphansAmong(brain, issued, current);
}

function orphansAmong(
  { authority }: Brain,
  issued: readonly IssuedIntent[],
  current: CertificateVersion | null,
): readonly IssuedIntent[] {
  return issued.filter((intent) => {
    const { caArn, serial } = readCertificateArn(intent.certificateArn);
    return (
      caArnsOf(authority).includes(caArn) && serial !== current?.serial && wasNeverMerged(intent, current)
    );
  });
}

/**
 * What is merged becomes the newest version at once. So one that was given up never was, as its request was dropped;
 * and neither was one that is younger than the newest version.
 */
const wasNeverMerged = ({ state, createdAt }: IssuedIntent, current: CertificateVersion | null): boolean =>
  state === "outcome-unknown" || current === null || current.createdAt < createdAt - CLOCKS_SECONDS;

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
    certificateArn,
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
