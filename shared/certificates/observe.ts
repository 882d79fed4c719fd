/**
 * Reads what a plan needs of the clouds. A certificate that could not be read is a problem with a code, never an
 * absent one; and a log that could not be searched never stops a renewal.
 */
import { createHash } from "node:crypto";
import { OBSERVE_MAX, type Problem, type Refused } from "../azure-api/contract.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { readCsr } from "./csr.ts";
import type { Seen } from "./journal.ts";
import type { DesiredCertificate, Observed } from "./plan.ts";
import type { CertificateVersion, CsrFacts, ObservedCa, ObservedCertificate } from "./schema.ts";

export type Observation =
  | { readonly kind: "observed"; readonly certificate: ObservedCertificate }
  | { readonly kind: "problem"; readonly problem: Problem }
  /** The halves do not belong together: nothing that the other one says is used. */
  | { readonly kind: "refused"; readonly refusal: Refused };

/** relay's and the vault's clocks may differ; a serial is unique, so looking a little further back is harmless. */
const LOOK_BACK_SECONDS = 300;

/** In batches; the answer has an observation for every name. */
export async function observeCertificates(
  brain: Brain,
  names: readonly string[],
): Promise<(name: string) => Observation> {
  const observations = new Map<string, Observation>();
  for (let start = 0; start < names.length; start += OBSERVE_MAX) {
    const batch = names.slice(start, start + OBSERVE_MAX);
    const observe =
      brain.remainingMs() < RESERVES_MS.call ? () => outOfTime : await observeBatch(brain, batch);
    for (const name of batch) observations.set(name, observe(name));
  }
  return (name) => observations.get(name) ?? missing;
}

export async function observeCertificate(brain: Brain, name: string): Promise<Observation> {
  return (await observeCertificates(brain, [name]))(name);
}

async function observeBatch(brain: Brain, names: string[]): Promise<(name: string) => Observation> {
  try {
    const answer = await brain.hand("certificates.observe", { names });
    if (answer.outcome === "refused") return () => ({ kind: "refused", refusal: answer });
    const byName = new Map(answer.certificates.map((certificate) => [certificate.name, certificate]));
    return (name) => toObservation(byName.get(name));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable } = error;
    return () => ({ kind: "problem", problem: { code, operation, retryable } });
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

export type SeenOrUnknown = Instant | null | "unknown";

/**
 * When relay's log first showed the current version; searched only while that is what is waited for. Throws
 * `CloudError` when what was found could not be kept in the journal.
 */
export async function observeUse(
  brain: Brain,
  desired: DesiredCertificate,
  current: CertificateVersion | null,
  known: ReadonlyMap<string, Seen>,
): Promise<SeenOrUnknown> {
  if (current === null || desired.proof !== "observed") return null;
  const before = known.get(desired.name);
  if (before?.serial === current.serial) return before.at;
  const at = await searchLog(brain, desired.name, current);
  if (at === null || at === "unknown") return at;
  await brain.journal.markSeen({ certificate: desired.name, serial: current.serial, at });
  brain.log.info("certificate.seen-in-use", { certificate: desired.name, serial: current.serial, at });
  return at;
}

async function searchLog(
  brain: Brain,
  certificate: string,
  { serial, createdAt }: CertificateVersion,
): Promise<SeenOrUnknown> {
  const goOn = () => brain.remainingMs() >= RESERVES_MS.search;
  try {
    return await brain.usage.firstAccepted(serial, createdAt - LOOK_BACK_SECONDS, goOn);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation } = error;
    brain.log.error("certificate.use-unknown", { certificate, code, operation });
    return "unknown";
  }
}

/** Adds to an observation what the plan also weighs: what the CSR asks for, and what was intended with it. */
export async function complete(
  brain: Brain,
  { current, pending, name }: ObservedCertificate,
  ca: ObservedCa,
): Promise<Observed> {
  // Whether the certificate is used decides nothing about its renewal, so that is not looked up here.
  const base = { ca, caArn: brain.authority.arn, seen: null };
  if (pending === null) return { ...base, certificate: { current, pending: null }, intent: null };
  const csr = readCsrOrFault(Buffer.from(pending.csr, "base64"));
  const intent = await brain.journal.readIntent(name, csr.digest);
  const { requestId, policyFaults } = pending;
  return { ...base, certificate: { current, pending: { requestId, csr, policyFaults } }, intent };
}

/**
 * A CSR that cannot be read agrees with the link in nothing, so that the plan drops it: somebody's odd request
 * would otherwise stand in the way of every renewal.
 */
function readCsrOrFault(der: Uint8Array): CsrFacts {
  try {
    return readCsr(der);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const digest = createHash("sha256").update(der).digest("hex");
    const identity = { commonName: "", dnsNames: [] };
    return { digest, signatureValid: false, identity, key: "other", extras: [error.message] };
  }
}
