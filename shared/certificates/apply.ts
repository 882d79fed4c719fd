/**
 * Carries out one change to one certificate, and records it. Each is safe to lose at any point: what the vault
 * holds is observed again by the next run, and the one call that cannot be observed, `IssueCertificate`, has its
 * intent written first (sign.ts).
 */
import { type Applied, type ChangeOf, collectIds, refusedOrLookAgain } from "./applied.ts";
import { askedFor } from "./asked.ts";
import type { Brain } from "./brain.ts";
import { settleIntents } from "./orphans.ts";
import type { Change, Observed } from "./plan.ts";
import { factsOf, recordChange } from "./record.ts";
import type { ObservedCertificate } from "./schema.ts";
import { applySignAndMerge } from "./sign.ts";

/** `earlier` is what this run has changed of this certificate already. */
export async function applyChange(
  brain: Brain,
  observed: Observed,
  certificate: ObservedCertificate,
  change: Change,
  earlier: readonly string[],
): Promise<Applied> {
  switch (change.kind) {
    case "request":
      return await applyRequest(brain, certificate, change);
    case "drop-request":
      return await applyDrop(brain, observed, certificate, change);
    case "sign-and-merge": {
      const requestIsOurs = earlier.includes("request");
      return await applySignAndMerge(brain, observed, certificate, change, requestIsOurs);
    }
  }
}

async function applyRequest(
  brain: Brain,
  certificate: ObservedCertificate,
  { reason }: ChangeOf<"request">,
): Promise<Applied> {
  const { name, current } = certificate;
  await settleIntents(brain, name, current);
  const requestIds = collectIds();
  const body = { name, expectedVersion: current?.version ?? null };
  const answer = await brain.hand("certificates.request", body, requestIds.note);
  if (answer.outcome === "refused") return refusedOrLookAgain(answer);
  const { pending } = answer;
  await recordChange(brain, {
    kind: "request",
    target: name,
    subject: pending.requestId,
    before: factsOf(current),
    after: { requestId: pending.requestId },
    reasons: [reason],
    requestIds: requestIds.all(),
  });
  return { kind: "changed", certificate: { ...certificate, pending } };
}

async function applyDrop(
  brain: Brain,
  { intent, certificate: { pending } }: Observed,
  certificate: ObservedCertificate,
  change: ChangeOf<"drop-request">,
): Promise<Applied> {
  const { name } = certificate;
  const { requestId, reasons, details } = change;
  // Before the drop: afterwards nobody could tell that a certificate may exist whose key is gone.
  if (intent?.state === "intended") await brain.journal.mark(intent, { state: "outcome-unknown" });
  if (intent?.state === "intended" || intent?.state === "outcome-unknown") {
    const { csrDigest, notAfter } = intent;
    await recordChange(brain, {
      kind: "outcome-unknown",
      target: name,
      subject: csrDigest,
      before: { requestId, csrDigest, notAfter },
      after: null,
      reasons,
      requestIds: {},
    });
  }
  const requestIds = collectIds();
  const answer = await brain.hand("certificates.drop-request", { name, requestId }, requestIds.note);
  if (answer.outcome === "refused") return refusedOrLookAgain(answer);
  await recordChange(brain, {
    kind: "drop-request",
    target: name,
    subject: requestId,
    before: { requestId, ...(pending === null ? {} : askedFor(pending.csr)) },
    after: null,
    reasons: [...reasons, ...details],
    requestIds: requestIds.all(),
  });
  return { kind: "changed", certificate: { ...certificate, pending: null } };
}
