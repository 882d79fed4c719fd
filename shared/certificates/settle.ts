/**
 * One certificate: observed, planned and changed until nothing is left to change. Each change waits for its turn
 * and is decided then, never before it: what was true when it joined the queue may be minutes old.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Rate } from "../runtime/pace.ts";
import type { Turns } from "../runtime/turns.ts";
import type { Applied } from "./applied.ts";
import { applyChange } from "./apply.ts";
import type { Authority } from "./authority.ts";
import type { Brain } from "./brain.ts";
import type { ObservedCas } from "./issuers.ts";
import { isLate } from "./late.ts";
import { complete, type Observation, observeCertificate } from "./observe.ts";
import type { Standings } from "./observe-shared.ts";
import { backOffMs, isThrottled } from "./patience.ts";
import { type DesiredCertificate, planCertificate } from "./plan.ts";
import { creationRates, issueRates } from "./rates.ts";
import type { Outcome, Unproven } from "./report.ts";
import type { Intent, ObservedCertificate } from "./schema.ts";

/** Drop, request, sign and merge, and one look more; twice, for a signature that failed or another run's doing. */
const ROUNDS_MAX = 8;
/** AWS Private CA signs within seconds. */
const SIGNING_MAX_SECONDS = 600;

export interface Target {
  readonly desired: DesiredCertificate;
  readonly observation: Observation;
  readonly cas: ObservedCas;
  readonly standings: Standings;
  /** The link is: what would be changed is only told. */
  readonly frozen: boolean;
}

/** Throws `CloudError` when a cloud did not answer, or refused; a throttled call is made again instead. */
export async function settle(brain: Brain, turns: Turns, target: Target): Promise<Outcome | Unproven> {
  const changes: string[] = [];
  let latest = target.observation;
  let throttles = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    try {
      const step = await settleStep(brain, turns, { ...target, observation: latest }, changes, throttles > 0);
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

async function settleStep(
  brain: Brain,
  turns: Turns,
  target: Target,
  changes: string[],
  again: boolean,
): Promise<Step> {
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
    const seen = await turns.take({ deadline, rates: [] }, () => lookAgain(brain, certificate));
    return seen === null ? { kind: "no-time" } : { kind: "go-on", observation: seen };
  }
  const state = observation.certificate;
  const first = state.pending === null || again ? await decide(brain, target, state, changes) : null;
  if (first?.kind === "over") return first;
  const rates = ratesOf(brain, target, state, first?.observed.intent ?? null);
  const step = await turns.take({ deadline, rates }, async (): Promise<Step> => {
    const decision = await decide(brain, target, state, changes);
    return decision.kind === "over" ? decision : await change(brain, target, state, decision, changes);
  });
  return step ?? { kind: "no-time" };
}

/** What is signed already, and was throttled after that, takes none of the CA's quota again. */
function ratesOf(
  brain: Brain,
  { desired }: Target,
  state: ObservedCertificate,
  intent: Intent | null,
): Rate[] {
  if (state.pending === null) return creationRates(desired);
  return intent?.certificateArn === undefined ? issueRates(brain.link) : [];
}

type Decision =
  | { readonly kind: "over"; readonly result: Outcome | Unproven }
  | {
      readonly kind: "change";
      readonly authority: Authority;
      readonly observed: Parameters<typeof applyChange>[1];
      readonly change: Parameters<typeof applyChange>[3];
    };

async function decide(
  brain: Brain,
  { desired, cas, standings, frozen }: Target,
  state: ObservedCertificate,
  changes: readonly string[],
): Promise<Decision> {
  const certificate = desired.name;
  const { observed: seen, authority } = await complete(brain, desired, state, cas, standings);
  // What this run has just replaced it does not replace again, whatever it looks like now.
  const observed = changes.includes("sign-and-merge") ? { ...seen, replace: false, asked: null } : seen;
  const { change, refusal, waits, nextAt } = planCertificate(desired, observed, brain.clock());
  if (refusal !== null) {
    const { reason, ...facts } = refusal;
    return over({ certificate, outcome: "refused", reason, detail: JSON.stringify(facts) });
  }
  if (change !== null && frozen)
    return over({ certificate, outcome: "frozen", change: change.kind, changes });
  if (change !== null) return { kind: "change", authority, observed, change };
  if (waits !== null) brain.log.info("certificate.ask-waits", { certificate, waits, nextAt });
  return over({ outcome: "unproven", desired, current: state.current, nextAt, changes });
}

async function change(
  brain: Brain,
  { desired }: Target,
  state: ObservedCertificate,
  { authority, observed, change }: Extract<Decision, { kind: "change" }>,
  changes: string[],
): Promise<Step> {
  const certificate = desired.name;
  brain.log.info("certificate.planned", { certificate, change });
  const applied: Applied = await applyChange({ ...brain, authority }, observed, state, change, changes);
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
