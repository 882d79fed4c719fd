/**
 * The certificate concern's loop: observe, plan, apply, report, for every certificate of the link, nearest end
 * first. One certificate in trouble never stops the others, and never makes the run green.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { applyChange } from "./apply.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import type { Seen } from "./journal.ts";
import { renewBySeconds } from "./lifetime.ts";
import {
  complete,
  type Observation,
  observeCertificate,
  observeCertificates,
  observeUse,
} from "./observe.ts";
import { type DesiredCertificate, planCertificate } from "./plan.ts";
import { planProof } from "./proof.ts";
import { type Outcome, type RunReport, reportRun } from "./report.ts";
import type { CertificateVersion, ObservedCa } from "./schema.ts";

/** Drop, request, sign and merge, and one look more; twice, for a signature that failed or another run's doing. */
const ROUNDS_MAX = 8;
/** Certificates worked on at once: the CA and the vaults have limits of their own. */
const PARALLEL_MAX = 4;
/** AWS Private CA signs within seconds. */
const SIGNING_MAX_SECONDS = 600;

/**
 * Throws `CloudError` when what all certificates need could not be read: the CA, or the journal, without which
 * nothing may be signed. Then nothing was changed.
 */
export async function renewCertificates(brain: Brain): Promise<RunReport> {
  const startedAt = brain.clock();
  const desired = brain.link.bunnies.flatMap((bunny) =>
    bunny.certificates.map((certificate) => ({ ...certificate, bunny: bunny.name })),
  );
  const { ca, known } = await observeShared(brain);
  const names = desired.map(({ name }) => name);
  const observationOf = await observeCertificates(brain, names);
  const work = desired.map((one) => ({ desired: one, observation: observationOf(one.name), ca }));
  work.sort((one, other) => endOf(one.observation) - endOf(other.observation));
  const results = await inParallel(work, (target) => orFailed(brain, target, () => settle(brain, target)));
  // relay's log is searched last: a long search must not take the time that a renewal needs.
  const outcomes = await inParallel(results, (result) =>
    result.outcome === "unproven" ? orFailed(brain, result, () => prove(brain, result, known)) : result,
  );
  return reportRun(brain, outcomes, startedAt);
}

async function observeShared(brain: Brain) {
  try {
    const [ca, seen] = await Promise.all([brain.authority.observe(), brain.journal.readSeen()]);
    return { ca, known: new Map(seen.map((entry) => [entry.certificate, entry])) };
  } catch (error) {
    if (error instanceof CloudError) {
      const { operation, target, code, retryable } = error;
      brain.log.error("run.failed", { operation, target, code, retryable });
    }
    throw error;
  }
}

/** What has no certificate yet is the most urgent; what cannot be read comes last, it will not be changed. */
function endOf(observation: Observation): number {
  if (observation.kind !== "observed") return Number.POSITIVE_INFINITY;
  return observation.certificate.current?.notAfter ?? 0;
}

interface Target {
  readonly desired: DesiredCertificate;
  readonly observation: Observation;
  readonly ca: ObservedCa;
}

/** Nothing is left to change; whether the certificate is used is still to be seen. */
interface Unproven {
  readonly outcome: "unproven";
  readonly desired: DesiredCertificate;
  readonly current: CertificateVersion | null;
  readonly nextAt: Instant;
  readonly changes: readonly string[];
}

/** A fault of ours is one certificate's trouble too: it is told in full here, and does not stop the others. */
async function orFailed<R>(
  brain: Brain,
  { desired }: { readonly desired: DesiredCertificate },
  run: () => Promise<R>,
): Promise<R | Outcome> {
  const certificate = desired.name;
  try {
    return await run();
  } catch (error) {
    if (error instanceof CloudError) {
      const { code, operation, retryable } = error;
      return { certificate, outcome: "failed", code, operation, retryable };
    }
    const message = error instanceof Error ? error.message : "not an error";
    brain.log.error("certificate.fault", { certificate, message });
    return {
      certificate,
      outcome: "failed",
      code: "fault",
      operation: "renew-certificates",
      retryable: false,
    };
  }
}

async function settle(brain: Brain, { desired, observation, ca }: Target): Promise<Outcome | Unproven> {
  const certificate = desired.name;
  const changes: string[] = [];
  let latest = observation;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (latest.kind === "problem") return { certificate, outcome: "failed", ...latest.problem };
    if (latest.kind === "refused") return { certificate, ...reasonOf(latest.refusal) };
    const state = latest.certificate;
    const observed = await complete(brain, state, ca);
    const { change, refusal, nextAt } = planCertificate(desired, observed, brain.clock());
    if (refusal !== null) {
      const { reason, ...facts } = refusal;
      return { certificate, outcome: "refused", reason, detail: JSON.stringify(facts) };
    }
    if (change === null) return { outcome: "unproven", desired, current: state.current, nextAt, changes };
    brain.log.info("certificate.planned", { certificate, change });
    if (brain.remainingMs() < RESERVES_MS.change) {
      const late = isLate(desired, state.current, brain.clock());
      return { certificate, outcome: "postponed", late, changes };
    }
    const applied = await applyChange(brain, observed, state, change);
    if (applied.kind === "refused") return { certificate, ...reasonOf(applied.refusal) };
    if (applied.kind === "signing") {
      const late = brain.clock() - applied.since > SIGNING_MAX_SECONDS;
      return { certificate, outcome: "signing", late, changes };
    }
    if (applied.kind === "changed") {
      changes.push(change.kind);
      latest = { kind: "observed", certificate: applied.certificate };
    } else {
      latest = await observeCertificate(brain, certificate);
    }
  }
  return { certificate, outcome: "unsettled", changes };
}

const reasonOf = ({ reason, detail }: { readonly reason: string; readonly detail: string }) =>
  ({ outcome: "refused", reason, detail }) as const;

/** More than half of the time in which a failing renewal can be mended is over. */
function isLate(desired: DesiredCertificate, current: CertificateVersion | null, now: Instant): boolean {
  const { lifetimeSeconds, renewAt } = desired;
  const leadSeconds = lifetimeSeconds - renewBySeconds(lifetimeSeconds, renewAt);
  return current === null || current.notAfter - now < leadSeconds / 2;
}

async function prove(
  brain: Brain,
  { desired, current, nextAt, changes }: Unproven,
  known: ReadonlyMap<string, Seen>,
): Promise<Outcome> {
  const seen = await observeUse(brain, desired, current, known);
  const proof = seen === "unknown" ? seen : planProof(desired, current, seen, brain.clock());
  return { certificate: desired.name, outcome: "settled", proof, nextAt, changes };
}

/** Results in the order of `items`. */
async function inParallel<T, R>(items: readonly T[], run: (item: T) => R | Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: PARALLEL_MAX }, worker));
  return results;
}
