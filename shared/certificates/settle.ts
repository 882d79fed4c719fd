/**
 * One certificate: observed, planned and changed until nothing is left to change. Each change waits for its turn
 * and is decided then, never before it: what was true when it joined the queue may be minutes old.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Turns } from "../runtime/turns.ts";
import type { Applied } from "./applied.ts";
import { applyChange } from "./apply.ts";
import type { Brain } from "./brain.ts";
import { renewBySeconds } from "./lifetime.ts";
import { complete, type Observation, observeCertificate } from "./observe.ts";
import { backOffMs, isThrottled } from "./patience.ts";
import { type DesiredCertificate, planCertificate } from "./plan.ts";
import { creationRates, issueRates } from "./rates.ts";
import type { Outcome } from "./report.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion, ObservedCa, ObservedCertificate } from "./schema.ts";

/** Drop, request, sign and merge, and one look more; twice, for a signature that failed or another run's doing. */
const ROUNDS_MAX = 8;
/** AWS Private CA signs within seconds. */
const SIGNING_MAX_SECONDS = 600;

export interface Target {
  readonly desired: DesiredCertificate;
  readonly observation: Observation;
  readonly ca: ObservedCa;
  readonly orders: readonly RevocationOrder[];
}

/** Nothing is left to change; whether the certificate is used is still to be seen. */
export interface Unproven {
  readonly outcome: "unproven";
  readonly desired: DesiredCertificate;
  readonly current: CertificateVersion | null;
  readonly nextAt: Instant;
  readonly changes: readonly string[];
}

/** Throws `CloudError` when a cloud did not answer, or refused; a throttled call is made again instead. */
export async function settle(brain: Brain, turns: Turns, target: Target): Promise<Outcome | Unproven> {
  const changes: string[] = [];
  let latest = target.observation;
  let throttles = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    try {
      const step = await settleStep(brain, turns, { ...target, observation: latest }, changes);
      if (step.kind === "over") return step.result;
      if (step.kind === "no-time") return outOfTime(brain, target, latest, changes, throttles);
      latest = step.observation;
      throttles = 0;
    } catch (error) {
      if (!isThrottled(error)) throw error;
      // It had no effect, so it is no round; and others go on meanwhile, for this one waits without a turn.
      round -= 1;
      await brain.pause(backOffMs(throttles));
      throttles += 1;
    }
  }
  return { certificate: target.desired.name, outcome: "unsettled", changes };
}

/** What has no certificate yet is the most urgent; what cannot be read comes last, it will not be changed. */
export function deadlineOf(observation: Observation): number {
  // Nobody knows how urgent it is.
  if (observation.kind === "problem" && observation.problem.throttled === true) return 0;
  if (observation.kind !== "observed") return Number.POSITIVE_INFINITY;
  return observation.certificate.current?.notAfter ?? 0;
}

type Step =
  | { readonly kind: "over"; readonly result: Outcome | Unproven }
  | { readonly kind: "go-on"; readonly observation: Observation }
  | { readonly kind: "no-time" };

async function settleStep(brain: Brain, turns: Turns, target: Target, changes: string[]): Promise<Step> {
  const { desired, observation } = target;
  const certificate = desired.name;
  const deadline = deadlineOf(observation);
  if (observation.kind === "refused") {
    const { reason, detail } = observation.refusal;
    return over({ certificate, outcome: "refused", reason, detail });
  }
  if (observation.kind === "problem") {
    if (observation.problem.throttled !== true)
      return over({ certificate, outcome: "failed", ...observation.problem });
    const again = await turns.take({ deadline, rates: [] }, () => lookAgain(brain, certificate));
    return again === null ? { kind: "no-time" } : { kind: "go-on", observation: again };
  }
  const state = observation.certificate;
  if (state.pending === null) {
    const decision = await decide(brain, target, state, changes);
    if (decision.kind === "over") return decision;
  }
  const rates = state.pending === null ? creationRates(desired) : issueRates(brain.link);
  const step = await turns.take({ deadline, rates }, async (): Promise<Step> => {
    const decision = await decide(brain, target, state, changes);
    return decision.kind === "over" ? decision : await change(brain, target, state, decision, changes);
  });
  return step ?? { kind: "no-time" };
}

type Decision =
  | { readonly kind: "over"; readonly result: Outcome | Unproven }
  | {
      readonly kind: "change";
      readonly observed: Parameters<typeof applyChange>[1];
      readonly change: Parameters<typeof applyChange>[3];
    };

async function decide(
  brain: Brain,
  { desired, ca, orders }: Target,
  state: ObservedCertificate,
  changes: readonly string[],
): Promise<Decision> {
  const certificate = desired.name;
  const observed = await complete(brain, desired, state, ca, orders);
  const { change, refusal, nextAt } = planCertificate(desired, observed, brain.clock());
  if (refusal !== null) {
    const { reason, ...facts } = refusal;
    return over({ certificate, outcome: "refused", reason, detail: JSON.stringify(facts) });
  }
  if (change !== null) return { kind: "change", observed, change };
  return over({ outcome: "unproven", desired, current: state.current, nextAt, changes });
}

async function change(
  brain: Brain,
  { desired }: Target,
  state: ObservedCertificate,
  { observed, change }: Extract<Decision, { kind: "change" }>,
  changes: string[],
): Promise<Step> {
  const certificate = desired.name;
  brain.log.info("certificate.planned", { certificate, change });
  const applied: Applied = await applyChange(brain, observed, state, change, changes);
  switch (applied.kind) {
    case "refused": {
      const { reason, detail } = applied.refusal;
      return over({ certificate, outcome: "refused", reason, detail });
    }
    case "signing": {
      const late = brain.clock() - applied.since > SIGNING_MAX_SECONDS;
      return over({ certificate, outcome: "signing", late, changes });
    }
    case "changed":
      changes.push(change.kind);
      return { kind: "go-on", observation: { kind: "observed", certificate: applied.certificate } };
    case "look-again":
      return { kind: "go-on", observation: await lookAgain(brain, certificate) };
  }
}

const over = (result: Outcome | Unproven) => ({ kind: "over", result }) as const;

/** Throws when it was throttled: then nothing of what is already known is given up for it. */
async function lookAgain(brain: Brain, certificate: string): Promise<Observation> {
  const observation = await observeCertificate(brain, certificate);
  if (observation.kind === "problem" && observation.problem.throttled === true)
    throw new CloudError({ provider: "azure", target: certificate, ...observation.problem });
  return observation;
}

function outOfTime(
  brain: Brain,
  { desired }: Target,
  latest: Observation,
  changes: readonly string[],
  throttles: number,
): Outcome {
  const certificate = desired.name;
  // Of what was never read nobody can tell that it is not late.
  if (latest.kind === "problem") return { certificate, outcome: "failed", ...latest.problem };
  const current = latest.kind === "observed" ? latest.certificate.current : null;
  const late = isLate(desired, current, brain.clock());
  const reason = throttles > 0 ? "throttled" : "no-time-left";
  return { certificate, outcome: "postponed", reason, late, changes };
}

/** More than half of the time in which a failing renewal can be mended is over. */
function isLate(desired: DesiredCertificate, current: CertificateVersion | null, now: Instant): boolean {
  const { lifetimeSeconds, renewAt } = desired;
  const leadSeconds = lifetimeSeconds - renewBySeconds(lifetimeSeconds, renewAt);
  return current === null || current.notAfter - now < leadSeconds / 2;
}
