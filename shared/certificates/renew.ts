/**
 * The certificate concern's loop: observe, plan, apply, report, for every certificate of the link, nearest end
 * first. One certificate in trouble never stops the others, and never makes the run green.
 */
import { CloudError } from "../runtime/errors.ts";
import { applyChange } from "./apply.ts";
import type { Brain } from "./brain.ts";
import type { Seen } from "./journal.ts";
import {
  complete,
  type Observation,
  observeCertificates,
  observeUse,
  type SeenOrUnknown,
} from "./observe.ts";
import { type CertificatePlan, type DesiredCertificate, planCertificate } from "./plan.ts";
import { type Outcome, type RunReport, reportRun } from "./report.ts";
import type { ObservedCa, ObservedCertificate } from "./schema.ts";

/** Drop, request, sign and merge, and one look more; what needs more rounds is not converging. */
const ROUNDS_MAX = 5;
/** Certificates worked on at once: the CA and the vaults have limits of their own. */
const PARALLEL_MAX = 4;
/** What one round may take, with its slowest call; less time than this is left to the next run. */
const RESERVE_MS = 45_000;

export async function renewCertificates(brain: Brain): Promise<RunReport> {
  const startedAt = brain.clock();
  const desired = brain.link.bunnies.flatMap((bunny) =>
    bunny.certificates.map((certificate) => ({ ...certificate, bunny: bunny.name })),
  );
  const [ca, seen] = await Promise.all([brain.authority.observe(), brain.journal.readSeen()]);
  const known = new Map(seen.map((entry) => [entry.certificate, entry]));
  const observations = await observeCertificates(
    brain,
    desired.map(({ name }) => name),
  );
  const work = desired.map((certificate, index) => ({
    desired: certificate,
    observation: observations[index] as Observation,
  }));
  work.sort((one, other) => endOf(one.observation) - endOf(other.observation));
  const outcomes = await inParallel(work, (item) => settleOrFail(brain, { ...item, ca, known }));
  return reportRun(brain, outcomes, startedAt);
}

/** What has no certificate yet is the most urgent; what cannot be read comes last, it will not be changed. */
function endOf(observation: Observation): number {
  if ("problem" in observation) return Number.POSITIVE_INFINITY;
  return observation.current?.notAfter ?? 0;
}

interface Target {
  readonly desired: DesiredCertificate;
  readonly observation: Observation;
  readonly ca: ObservedCa;
  readonly known: ReadonlyMap<string, Seen>;
}

async function settleOrFail(brain: Brain, target: Target): Promise<Outcome> {
  const certificate = target.desired.name;
  if ("problem" in target.observation)
    return { certificate, outcome: "failed", ...target.observation.problem };
  try {
    return await settle(brain, target, target.observation);
  } catch (error) {
    return failed(brain, certificate, error);
  }
}

/** A fault of ours is one certificate's trouble too: it is told in full here, and does not stop the others. */
function failed(brain: Brain, certificate: string, error: unknown): Outcome {
  if (error instanceof CloudError) {
    const { code, operation, retryable } = error;
    return { certificate, outcome: "failed", code, operation, retryable };
  }
  const message = error instanceof Error ? error.message : "not an error";
  brain.log.error("certificate.fault", { certificate, message });
  return { certificate, outcome: "failed", code: "fault", operation: "renew-certificates", retryable: false };
}

async function settle(
  brain: Brain,
  { desired, ca, known }: Target,
  first: ObservedCertificate,
): Promise<Outcome> {
  const certificate = desired.name;
  const changes: string[] = [];
  let state = first;
  let use: { readonly of: string | undefined; readonly seen: SeenOrUnknown } | undefined;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (use === undefined || use.of !== state.current?.serial) {
      use = { of: state.current?.serial, seen: await observeUse(brain, desired, state.current, known) };
    }
    const observed = await complete(brain, state, ca, use.seen);
    const plan = planCertificate(desired, observed, brain.clock());
    if (plan.change === null) return settled(certificate, plan, use.seen, changes);
    brain.log.info("certificate.planned", { certificate, change: plan.change });
    if (brain.remainingMs() < RESERVE_MS) return { certificate, outcome: "postponed", changes };
    const applied = await applyChange(brain, observed, state, plan.change);
    if (applied.kind === "refused")
      return {
        certificate,
        outcome: "refused",
        reason: applied.refusal.reason,
        detail: applied.refusal.detail,
      };
    if (applied.kind === "signing") return { certificate, outcome: "signing", changes };
    if (applied.kind === "changed") changes.push(plan.change.kind);
    const next: Observation =
      applied.kind === "changed" ? applied.certificate : await observeAgain(brain, certificate);
    if ("problem" in next) return { certificate, outcome: "failed", ...next.problem };
    state = next;
  }
  return { certificate, outcome: "unsettled", changes };
}

async function observeAgain(brain: Brain, name: string): Promise<Observation> {
  const [observation] = await observeCertificates(brain, [name]);
  return observation as Observation;
}

function settled(
  certificate: string,
  plan: CertificatePlan,
  seen: SeenOrUnknown,
  changes: string[],
): Outcome {
  if (plan.refusal !== null) {
    const { reason, ...facts } = plan.refusal;
    return { certificate, outcome: "refused", reason, detail: JSON.stringify(facts) };
  }
  const proof = seen === "unknown" ? "unknown" : plan.proof;
  return { certificate, outcome: "settled", proof, nextAt: plan.nextAt, changes };
}

/** Results in the order of `items`. */
async function inParallel<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: PARALLEL_MAX }, worker));
  return results;
}
