/**
 * Carries out the orders to revoke whose time has come, at the end of a run. Revoking is repeated without harm, so
 * the CA is asked first, and what is written down afterwards may be lost: the order then stands, and is carried out
 * again.
 */
import { CloudError } from "../runtime/errors.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { linkCertificates } from "./desired.ts";
import { patiently } from "./patience.ts";
import { recordChange } from "./record.ts";
import type { Outcome } from "./report.ts";
import { planRevocations, type RevocationStanding, type RevocationStep } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { Unproven } from "./settle.ts";

/** One short sentence for each order that a person should look at. A certificate's trouble is none of its orders'. */
export async function carryOutRevocations(
  brain: Brain,
  orders: readonly RevocationOrder[],
  standingOf: (certificate: string) => RevocationStanding,
): Promise<string[]> {
  const steps = planRevocations(orders, standingOf, brain.link.certificateAuthority.mode, brain.clock());
  const trouble: string[] = [];
  // One after the other: there are few, and the CA revokes one at a time.
  for (const step of steps) {
    const sentence = await carryOut(brain, step);
    if (sentence !== null) trouble.push(sentence);
  }
  return trouble;
}

/** How each certificate stands once the run has done what it could for it. */
export function standingsAfter(
  brain: Brain,
  results: readonly (Outcome | Unproven)[],
  outcomes: readonly Outcome[],
): (certificate: string) => RevocationStanding {
  const proofs = new Map(outcomes.map((outcome) => [outcome.certificate, outcome]));
  const settled = new Map<string, RevocationStanding>();
  for (const result of results) {
    if (result.outcome !== "unproven") continue;
    const { current, desired } = result;
    const proven = proofs.get(desired.name);
    if (proven?.outcome === "settled") settled.set(desired.name, { current, proof: proven.proof });
  }
  const ours = new Set(brain.certificates.map(({ name }) => name));
  const named = new Set(linkCertificates(brain.link).map(({ name }) => name));
  return (certificate) => {
    if (ours.has(certificate)) return settled.get(certificate) ?? "unsettled";
    return named.has(certificate) ? "elsewhere" : "not-in-link";
  };
}

async function carryOut(brain: Brain, step: RevocationStep): Promise<string | null> {
  const { certificate, serial, reason, origin } = step.order;
  const facts = { certificate, serial, reason, origin };
  if (step.kind === "wait") {
    brain.log.info("revocation.waiting", { ...facts, waitsFor: step.reason });
    return null;
  }
  if (brain.remainingMs() < RESERVES_MS.call) {
    brain.log.info("revocation.waiting", { ...facts, waitsFor: "no-time-left" });
    return null;
  }
  try {
    if (step.kind === "revoke") return await revoke(brain, step.order);
    await brain.journal.closeRevocation(step.order, { state: "refused", code: step.code });
    brain.log.info("revocation.closed", { ...facts, code: step.code });
    return null;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable } = error;
    brain.log.error("revocation.failed", { ...facts, code, operation, retryable });
    return `${certificate}: the revocation of ${serial} failed, ${code}`;
  }
}

async function revoke(brain: Brain, order: RevocationOrder): Promise<string | null> {
  const { certificate, serial, reason, origin, orderedBy, orderedAt } = order;
  const answer = await patiently(brain, () => brain.authority.revoke(serial, reason));
  if (answer.outcome === "refused") {
    const { code } = answer;
    await brain.journal.closeRevocation(order, { state: "refused", code });
    brain.log.error("revocation.refused", { certificate, serial, reason, origin, code });
    return `${certificate}: the CA does not revoke ${serial}, ${code}`;
  }
  // Told first: it has happened, whatever becomes of the notes about it.
  brain.log.info("revocation.done", { certificate, serial, reason, origin });
  await recordChange(brain, {
    kind: "revoke",
    target: certificate,
    subject: serial,
    before: { serial, orderedBy, orderedAt },
    after: null,
    reasons: [reason],
    requestIds: {},
  });
  await brain.journal.closeRevocation(order, { state: "revoked" });
  return null;
}
