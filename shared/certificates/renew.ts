/**
 * The certificate concern's loop: observe, plan, apply, report, for every certificate that a run looks after,
 * nearest end first. One certificate in trouble never stops the others, and never makes the run green.
 */
import { tellChanges } from "../journal/tell.ts";
import { CloudError } from "../runtime/errors.ts";
import { createTurns, type Turns } from "../runtime/turns.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import type { Seen } from "./journal.ts";
import { observeCertificates } from "./observe.ts";
import { patiently } from "./patience.ts";
import type { DesiredCertificate } from "./plan.ts";
import { promoteStaged } from "./promote.ts";
import { prove } from "./prove.ts";
import { type Outcome, type RunReport, reportRun } from "./report.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import { carryOutRevocations, standingsAfter } from "./revoke.ts";
import { deadlineOf, settle, type Target } from "./settle.ts";

/**
 * Steps under way at once. To keep up with the CA's 25 signatures a second, each of which takes about a second from
 * its intent to its merge, twice as many are enough; and more than 50 connections no AWS client opens at once.
 */
const AT_ONCE_MAX = 50;
/** Of relay's log, at once. */
export const SEARCHES_MAX = 4;

/**
 * Throws `CloudError` when what all certificates need could not be read: the CA, or the journal, without which
 * nothing may be signed. Then nothing was changed.
 */
export async function renewCertificates(brain: Brain): Promise<RunReport> {
  const startedAt = brain.clock();
  const { ca, known, orders } = await observeShared(brain);
  const observationOf = await observeCertificates(brain, brain.certificates);
  const targets = brain.certificates
    .map((desired) => ({ desired, observation: observationOf(desired.name), ca, orders }))
    .sort((one, other) => deadlineOf(one.observation) - deadlineOf(other.observation));
  const { results, outcomes } = await settleAll(brain, targets, known);
  const unpromoted = await promote(brain, outcomes, known, orders);
  const unrevoked = await carryOutRevocations(brain, orders, standingsAfter(brain, results, outcomes));
  const untold = await tellChanges(brain);
  return reportRun(brain, outcomes, startedAt, untold, [...unpromoted, ...unrevoked]);
}

async function settleAll(brain: Brain, targets: readonly Target[], known: ReadonlyMap<string, Seen>) {
  // Beside each other, for neither is held up by the other: a long search takes no time that a renewal needs, and
  // many renewals leave time for the searches.
  const changing = turnsOf(brain, RESERVES_MS.change, AT_ONCE_MAX);
  const searching = turnsOf(brain, RESERVES_MS.search, SEARCHES_MAX);
  const settled = targets.map(async (target) => {
    const { desired } = target;
    const result = await orFailed(brain, desired, () => settle(brain, changing, target));
    if (result.outcome !== "unproven") return { result, outcome: result };
    return { result, outcome: await orFailed(brain, desired, () => prove(brain, searching, result, known)) };
  });
  const all = await Promise.all(settled);
  return { results: all.map(({ result }) => result), outcomes: all.map(({ outcome }) => outcome) };
}

export const turnsOf = (brain: Brain, reserveMs: number, atOnceMax: number): Turns =>
  createTurns({ ...brain, atOnceMax, remainingMs: () => brain.remainingMs() - reserveMs });

export async function observeShared(brain: Brain) {
  try {
    const [ca, { seen, revocations: orders }] = await Promise.all([
      patiently(brain, () => brain.authority.observe()),
      patiently(brain, () => brain.journal.readStanding()),
    ]);
    return { ca, known: new Map(seen.map((entry) => [entry.certificate, entry])), orders };
  } catch (error) {
    if (error instanceof CloudError) {
      const { operation, target, code, retryable } = error;
      brain.log.error("run.failed", { operation, target, code, retryable });
    }
    throw error;
  }
}

/** Before anything is revoked: what is still served must not be. */
async function promote(
  brain: Brain,
  outcomes: readonly Outcome[],
  known: ReadonlyMap<string, Seen>,
  orders: readonly RevocationOrder[],
): Promise<string[]> {
  const { promotion } = brain;
  if (promotion === undefined) return [];
  const { name } = promotion.desired;
  const outcome = outcomes.find(({ certificate }) => certificate === name);
  const changes = outcome !== undefined && "changes" in outcome ? outcome.changes : [];
  const trouble = await promoteStaged(brain, promotion, {
    proven: known.get(name)?.serial,
    justStaged: changes.includes("sign-and-merge"),
    orders,
  });
  return trouble === null ? [] : [trouble];
}

/** A fault of ours is one certificate's trouble too: it is told in full here, and does not stop the others. */
export async function orFailed<R>(
  brain: Brain,
  { name: certificate }: DesiredCertificate,
  run: () => Promise<R>,
): Promise<R | Extract<Outcome, { outcome: "failed" }>> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CloudError) {
      const { code, operation, retryable } = error;
      return { certificate, outcome: "failed", code, operation, retryable };
    }
    const message = error instanceof Error ? error.message : "not an error";
    brain.log.error("certificate.fault", { certificate, message });
    const operation = brain.invocation.actor;
    return { certificate, outcome: "failed", code: "fault", operation, retryable: false };
  }
}
