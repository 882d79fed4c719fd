/**
 * Reads what a plan needs of the clouds. A certificate that could not be read is a problem with a code, never an
 * absent one; and a log that could not be searched never stops a renewal.
 */
import { createHash } from "node:crypto";
import { OBSERVE_MAX, type Problem, type Refused } from "../azure-api/contract.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import type { Rate } from "../runtime/pace.ts";
import { createTurns } from "../runtime/turns.ts";
import type { Authority } from "./authority.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { readCsr } from "./csr.ts";
import type { ObservedCas } from "./issuers.ts";
import type { Standings } from "./observe-shared.ts";
import type { DesiredCertificate, Observed } from "./plan.ts";
import { observationRates } from "./rates.ts";
import type { CsrFacts, ObservedCertificate, Purpose } from "./schema.ts";

/** Batches under way at once. */
const AT_ONCE_MAX = 16;

export type Observation =
  | { readonly kind: "observed"; readonly certificate: ObservedCertificate }
  | { readonly kind: "problem"; readonly problem: Problem }
  /** The halves do not belong together: nothing that the other one says is used. */
  | { readonly kind: "refused"; readonly refusal: Refused };

/** In batches, each of one vault; the answer has an observation for every certificate. */
export async function observeCertificates(
  brain: Brain,
  certificates: readonly DesiredCertificate[],
): Promise<(name: string) => Observation> {
  const observations = new Map<string, Observation>();
  const { pace, pause } = brain;
  const remainingMs = () => brain.remainingMs() - RESERVES_MS.call;
  const turns = createTurns({ pace, pause, remainingMs, atOnceMax: AT_ONCE_MAX });
  const observe = async ({ rates, names }: Batch) => {
    const observationOf = await turns.take({ deadline: 0, rates }, () => observeBatch(brain, names));
    for (const name of names) observations.set(name, observationOf?.(name) ?? outOfTime);
  };
  await Promise.all(inBatches(certificates).map(observe));
  return (name) => observations.get(name) ?? missing;
}

export async function observeCertificate(brain: Brain, name: string): Promise<Observation> {
  return (await observeBatch(brain, [name]))(name);
}

interface Batch {
  readonly rates: readonly Rate[];
  readonly names: string[];
}

function inBatches(certificates: readonly DesiredCertificate[]): Batch[] {
  const byHolder = Map.groupBy(certificates, ({ holder, purpose }) => `${purpose} ${holder}`);
  return [...byHolder.values()].flatMap((held) => {
    const [first] = held;
    if (first === undefined) return [];
    const starts = Array.from(
      { length: Math.ceil(held.length / OBSERVE_MAX) },
      (_, batch) => batch * OBSERVE_MAX,
    );
    return starts.map((start) => ({
      rates: observationRates(first),
      names: held.slice(start, start + OBSERVE_MAX).map(({ name }) => name),
    }));
  });
}

async function observeBatch(brain: Brain, names: string[]): Promise<(name: string) => Observation> {
  try {
    const answer = await brain.hand("certificates.observe", { names });
    if (answer.outcome === "refused") return () => ({ kind: "refused", refusal: answer });
    const byName = new Map(answer.certificates.map((certificate) => [certificate.name, certificate]));
    return (name) => toObservation(byName.get(name));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable, throttled } = error;
    return () => ({ kind: "problem", problem: { code, operation, retryable, throttled } });
  }
}

function toObservation(answer: ObservedCertificate | { readonly problem: Problem } | undefined): Observation {
  if (answer === undefined) return missing;
  return "problem" in answer
    ? { kind: "problem", problem: answer.problem }
    : { kind: "observed", certificate: answer };
}

const problem = (code: string, retryable: boolean): Observation => ({
  kind: "problem",
  problem: { code, operation: "certificates.observe", retryable },
});
const missing = problem("not-answered", false);
const outOfTime = problem("no-time-left", true);

/** Adds to an observation what the plan also weighs: what the CSR asks for, and what was intended with it. */
export async function complete(
  brain: Brain,
  desired: DesiredCertificate,
  { current, pending, name }: ObservedCertificate,
  cas: ObservedCas,
  { orders, known, asked }: Pick<Standings, "orders" | "known" | "asked">,
): Promise<{ readonly observed: Observed; readonly authority: Authority }> {
  const csr = pending === null ? null : readCsrOrFault(Buffer.from(pending.csr, "base64"), desired.purpose);
  const intent = csr === null ? null : await brain.journal.readIntent(name, csr.digest);
  const { authority, ca, replace, hold } = await cas.issuingOf(desired, current, intent);
  const request =
    pending === null || csr === null
      ? null
      : { requestId: pending.requestId, csr, policyFaults: pending.policyFaults };
  const inUse = known.get(name);
  const observed = {
    certificate: { current, pending: request },
    intent,
    // As far as an earlier run has found it: it decides nothing that could not wait for the next one.
    seen: inUse !== undefined && inUse.serial === current?.serial ? inUse.at : null,
    asked: asked.get(name)?.serial ?? null,
    orders,
    ca,
    caArn: authority.arn,
    replace,
    hold,
  };
  return { observed, authority };
}

/**
 * A CSR that cannot be read agrees with the link in nothing, so that the plan drops it: somebody's odd request
 * would otherwise stand in the way of every renewal.
 */
function readCsrOrFault(der: Uint8Array, purpose: Purpose): CsrFacts {
  try {
    return readCsr(der, purpose);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const digest = createHash("sha256").update(der).digest("hex");
    const identity = { commonName: "", dnsNames: [] };
    return { digest, signatureValid: false, identity, key: "other", extras: [error.message] };
  }
}
