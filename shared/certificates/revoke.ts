/**
 * Carries out the orders to revoke whose time has come, at the end of a run. Revoking is repeated without harm, so
 * the CA is asked first, and what is written down afterwards may be lost: the order then stands, and is carried out
 * again.
 */
import type { RequestIds } from "../journal/change.ts";
import { CloudError } from "../runtime/errors.ts";
import { collectIds } from "./applied.ts";
import { caArnsOf } from "./authority.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { linkCertificates } from "./desired.ts";
import { patiently } from "./patience.ts";
import type { Promoted } from "./promote.ts";
import { recordChange } from "./record.ts";
import type { Outcome, Unproven } from "./report.ts";
import {
  type ClosedCode,
  planRevocations,
  type RevocationStanding,
  type RevocationStep,
  type WaitReason,
  withServed,
} from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";

export interface CarriedOut {
  /** One short sentence for each order that a person should look at. A certificate's trouble is none of its orders'. */
  readonly trouble: readonly string[];
  /** What still stands, and why. */
  readonly open: readonly OpenOrder[];
}

export interface OpenOrder {
  readonly order: RevocationOrder;
  readonly waitsFor: WaitReason | "no-time-left" | "frozen" | { readonly failed: string };
}

export async function carryOutRevocations(
  brain: Brain,
  orders: readonly RevocationOrder[],
  standingOf: (certificate: string) => RevocationStanding,
  frozen: boolean,
): Promise<CarriedOut> {
  const { authority, link } = brain;
  const { mode } = link.certificateAuthority;
  const steps = planRevocations(orders, standingOf, mode, brain.clock(), caArnsOf(authority));
  const trouble: string[] = [];
  const open: OpenOrder[] = [];
  // One after the other: there are few, and the CA revokes one at a time.
  for (const step of steps) {
    const done = await carryOut(brain, step, frozen);
    if (done.trouble !== null) trouble.push(done.trouble);
    if (done.waitsFor !== null) open.push({ order: step.order, waitsFor: done.waitsFor });
  }
  return { trouble, open };
}

/** How each certificate stands once the run has done what it could for it. */
export function standingsAfter(
  brain: Brain,
  results: readonly (Outcome | Unproven)[],
  outcomes: readonly Outcome[],
  promoted: Promoted | null,
): (certificate: string) => RevocationStanding {
  const proofs = new Map(outcomes.map((outcome) => [outcome.certificate, outcome]));
  const settled = new Map<string, RevocationStanding>();
  for (const result of results) {
    if (result.outcome !== "unproven") continue;
    const { current, desired } = result;
    const proven = proofs.get(desired.name);
    if (proven?.outcome !== "settled") continue;
    const standing = { current, proof: proven.proof };
    const isStaged = promoted?.certificate === desired.name;
    settled.set(desired.name, isStaged ? withServed(standing, promoted.served) : standing);
  }
  return standingsOf(brain, settled);
}

/** Of what is not known to be settled: whether that is this run's business. */
export function standingsOf(
  brain: Brain,
  settled: ReadonlyMap<string, RevocationStanding>,
): (certificate: string) => RevocationStanding {
  const ours = new Set(brain.certificates.map(({ name }) => name));
  const named = new Set(linkCertificates(brain.link).map(({ name }) => name));
  return (certificate) => {
    const standing = settled.get(certificate);
    if (standing !== undefined) return standing;
    if (ours.has(certificate)) return "unsettled";
    return named.has(certificate) ? "elsewhere" : "not-in-link";
  };
}

interface Done {
  readonly trouble: string | null;
  /** Null when the order does not stand any more. */
  readonly waitsFor: OpenOrder["waitsFor"] | null;
}

async function carryOut(brain: Brain, step: RevocationStep, frozen: boolean): Promise<Done> {
  const { order } = step;
  if (step.kind === "wait") return wait(brain, order, step.reason);
  if (frozen) return wait(brain, order, "frozen");
  if (brain.remainingMs() < RESERVES_MS.call) return wait(brain, order, "no-time-left");
  try {
    return step.kind === "close" ? await close(brain, order, step.code) : await revokeIssued(brain, order);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable } = error;
    brain.log.error("revocation.failed", { ...nameOf(order), code, operation, retryable });
    const trouble = `${order.certificate}: the revocation of ${order.serial} failed, ${code}`;
    return { trouble, waitsFor: { failed: code } };
  }
}

const nameOf = ({ certificate, serial, reason, origin }: RevocationOrder) => ({
  certificate,
  serial,
  reason,
  origin,
});

function wait(brain: Brain, order: RevocationOrder, waitsFor: Exclude<OpenOrder["waitsFor"], object>): Done {
  brain.log.info("revocation.waiting", { ...nameOf(order), waitsFor });
  return { trouble: null, waitsFor };
}

const over = (trouble: string | null): Done => ({ trouble, waitsFor: null });

async function close(brain: Brain, order: RevocationOrder, code: ClosedCode): Promise<Done> {
  await closeUnmet(brain, order, code, {});
  // A person who ordered it has to know that it will not be done.
  const isUnmet = code === "other-ca" && order.origin === "person";
  brain.log[isUnmet ? "error" : "info"]("revocation.closed", { ...nameOf(order), code });
  const { certificate, serial } = order;
  return over(
    isUnmet
      ? `${certificate}: ${serial} is of a CA that the link has left, which alone could revoke it`
      : null,
  );
}

/** An orphan is known from the journal alone; whether the CA ever signed it, it is asked only now. */
async function revokeIssued(brain: Brain, order: RevocationOrder): Promise<Done> {
  const { origin, certificateArn } = order;
  if (origin === "orphan" && certificateArn !== undefined) {
    const issued = await patiently(brain, () => brain.authority.read(certificateArn));
    if (issued === "failed") return await close(brain, order, "never-issued");
    if (issued === "signing") return wait(brain, order, "orphan-rests");
  }
  return await revoke(brain, order);
}

/** Recorded first, for a closed order is looked at by no run any more. */
async function closeUnmet(brain: Brain, order: RevocationOrder, code: string, requestIds: RequestIds) {
  const { certificate, serial, reason, orderedBy, orderedAt } = order;
  await recordChange(brain, {
    kind: "close-revocation",
    target: certificate,
    subject: `${serial} ${reason} ${orderedAt}`,
    before: { serial, orderedBy, orderedAt },
    after: null,
    reasons: [code],
    requestIds,
  });
  await brain.journal.closeRevocation(order, { state: "refused", code });
}

async function revoke(brain: Brain, order: RevocationOrder): Promise<Done> {
  const { certificate, serial, reason, origin, orderedBy, orderedAt, certificateArn } = order;
  const requestIds = collectIds();
  const answer = await patiently(brain, () =>
    brain.authority.revoke(serial, reason, requestIds.note, certificateArn),
  );
  if (answer.outcome === "refused") {
    const { code } = answer;
    await closeUnmet(brain, order, code, requestIds.all());
    brain.log.error("revocation.refused", { certificate, serial, reason, origin, code });
    return over(`${certificate}: the CA does not revoke ${serial}, ${code}`);
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
    requestIds: requestIds.all(),
  });
  await brain.journal.closeRevocation(order, { state: "revoked" });
  return over(null);
}
