/**
 * The certificate concern's loop: observe, plan, apply, report, for every certificate that a run looks after,
 * nearest end first. One certificate in trouble never stops the others, and never makes the run green.
 */
import type { Freeze } from "../freeze/schema.ts";
import { tellChanges } from "../journal/tell.ts";
import { sayFrozen } from "../reconcile/say-frozen.ts";
import { sweepHand } from "../reconcile/sweep-hand.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { createTurns, type Turns } from "../runtime/turns.ts";
import { settleAsks } from "./asks.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { observeCas } from "./issuers.ts";
import type { Seen } from "./journal.ts";
import { observeCertificates } from "./observe.ts";
import { observeEach, type Shared, type Standings } from "./observe-shared.ts";
import type { DesiredCertificate } from "./plan.ts";
import { type Promoted, promoteStaged } from "./promote.ts";
import { prove } from "./prove.ts";
import { type Outcome, type RunReport, reportRun } from "./report.ts";
import { carryOutRevocations, standingsAfter } from "./revoke.ts";
import { deadlineOf, settle, type Target } from "./settle.ts";
import { tellFailing, tellHolding } from "./tell-holding.ts";

/**
 * Steps under way at once. To keep up with the CA's 25 signatures a second, each of which takes about a second from
 * its intent to its merge, twice as many are enough; and more than 50 connections no AWS client opens at once.
 */
const AT_ONCE_MAX = 50;
/** Of relay's log, at once. */
export const SEARCHES_MAX = 4;

/**
 * Throws `CloudError` when what all certificates need could not be read: the CA, or the journal, without which
 * nothing may be signed. Then the run has done what needs neither of them: without the CA, a certificate that was
 * staged is made current when its time has come; without the journal, which also says whether the link is frozen,
 * nothing is changed.
 */
export async function renewCertificates(brain: Brain): Promise<RunReport> {
  const startedAt = brain.clock();
  const { ca, standings } = await observeEach(brain);
  if (standings instanceof CloudError) {
    await tellChanges(brain);
    throw ca instanceof CloudError ? ca : standings;
  }
  sayFrozen(brain, standings.freeze);
  const swept = await sweep(brain, standings.freeze);
  if (!(ca instanceof CloudError)) return await renewWith(brain, { ca, standings }, startedAt, swept);
  await promote(brain, [], standings);
  await tellFailing(brain, standings, ca, startedAt);
  await tellChanges(brain);
  throw ca;
}

async function sweep(brain: Brain, freeze: Freeze): Promise<readonly string[]> {
  return brain.sweeps === undefined ? [] : await sweepHand({ ...brain, ...brain.sweeps }, freeze);
}

async function renewWith(
  brain: Brain,
  { ca, standings }: Shared,
  startedAt: Instant,
  swept: readonly string[],
): Promise<RunReport> {
  const { known, orders, asked } = standings;
  const cas = observeCas(brain, standings.trust, ca);
  const { frozen } = standings.freeze;
  const observationOf = await observeCertificates(brain, brain.certificates);
  const targets = brain.certificates
    .map((desired) => ({ desired, observation: observationOf(desired.name), cas, standings, frozen }))
    .sort((one, other) => deadlineOf(one.observation) - deadlineOf(other.observation));
  const { results, outcomes } = await settleAll(brain, targets, known);
  const unsettled = await settleAsks(brain, asked, results);
  const promoted = await promote(brain, outcomes, standings);
  const standingOf = standingsAfter(brain, results, outcomes, promoted);
  const revocations = await carryOutRevocations(brain, orders, standingOf, frozen);
  const { open } = revocations;
  const looked = { targets, results, outcomes, open };
  const unheard = await tellHolding(brain, standings, looked, startedAt);
  const untold = await tellChanges(brain);
  const unpromoted = promoted?.trouble ?? null;
  return reportRun(brain, outcomes, startedAt, untold, [
    ...(unpromoted === null ? [] : [unpromoted]),
    ...revocations.trouble,
    ...unsettled,
    ...swept,
    ...unheard,
  ]);
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

/** Before anything is revoked: what is still served must not be. Null where nothing is ever staged. */
async function promote(
  brain: Brain,
  outcomes: readonly Outcome[],
  { known, orders, freeze: { frozen } }: Standings,
): Promise<Promoted | null> {
  const { promotion } = brain;
  if (promotion === undefined) return null;
  const { name } = promotion.desired;
  const outcome = outcomes.find(({ certificate }) => certificate === name);
  const changes = outcome !== undefined && "changes" in outcome ? outcome.changes : [];
  const proven = known.get(name)?.serial;
  const justStaged = changes.includes("sign-and-merge");
  return await promoteStaged(brain, promotion, { proven, justStaged, orders, frozen });
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
