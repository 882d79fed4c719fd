/**
 * Reads what a plan needs of the clouds. A certificate that could not be read is a problem with a code, never an
 * absent one; and a log that could not be searched never stops a renewal.
 */
import { OBSERVE_MAX, type Problem, type Refused } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Brain } from "./brain.ts";
import { readCsr } from "./csr.ts";
import type { Seen } from "./journal.ts";
import type { DesiredCertificate, Observed } from "./plan.ts";
import type { CertificateVersion, ObservedCa, ObservedCertificate } from "./schema.ts";

export type Observation = ObservedCertificate | { readonly name: string; readonly problem: Problem };

/** relay's and the vault's clocks may differ; a serial is unique, so looking a little further back is harmless. */
const LOOK_BACK_SECONDS = 300;

/** In batches, in the order of `names`; each name gets an observation or a problem. */
export async function observeCertificates(brain: Brain, names: readonly string[]): Promise<Observation[]> {
  const batches: string[][] = [];
  for (let start = 0; start < names.length; start += OBSERVE_MAX)
    batches.push(names.slice(start, start + OBSERVE_MAX));
  const observations: Observation[] = [];
  for (const batch of batches) observations.push(...(await observeBatch(brain, batch)));
  return observations;
}

async function observeBatch(brain: Brain, names: string[]): Promise<Observation[]> {
  try {
    const answer = await brain.hand("certificates.observe", { names });
    if (answer.outcome === "refused") return names.map((name) => ({ name, problem: problemOf(answer) }));
    const byName = new Map(answer.certificates.map((certificate) => [certificate.name, certificate]));
    return names.map((name) => byName.get(name) ?? { name, problem: missing });
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable } = error;
    return names.map((name) => ({ name, problem: { code, operation, retryable } }));
  }
}

const missing: Problem = { code: "not-answered", operation: "certificates.observe", retryable: false };

function problemOf(refused: Refused): Problem {
  return { code: refused.reason, operation: "certificates.observe", retryable: false };
}

export type SeenOrUnknown = Instant | null | "unknown";

/** When relay's log first showed the current version; asked only while that is what is waited for. */
export async function observeUse(
  brain: Brain,
  desired: DesiredCertificate,
  current: CertificateVersion | null,
  known: ReadonlyMap<string, Seen>,
): Promise<SeenOrUnknown> {
  if (current === null || desired.proof !== "observed") return null;
  const before = known.get(desired.name);
  if (before?.serial === current.serial) return before.at;
  try {
    const at = await brain.usage.firstAccepted(current.serial, current.createdAt - LOOK_BACK_SECONDS);
    if (at === null) return null;
    await brain.journal.markSeen({ certificate: desired.name, serial: current.serial, at });
    brain.log.info("certificate.seen-in-use", { certificate: desired.name, serial: current.serial, at });
    return at;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    brain.log.error("certificate.use-unknown", {
      certificate: desired.name,
      code: error.code,
      operation: error.operation,
    });
    return "unknown";
  }
}

/** Adds to an observation what the plan also weighs: what the CSR asks for, and what was intended with it. */
export async function complete(
  brain: Brain,
  { current, pending, name }: ObservedCertificate,
  ca: ObservedCa,
  seen: SeenOrUnknown,
): Promise<Observed> {
  const base = { ca, caArn: brain.authority.arn, seen: seen === "unknown" ? null : seen };
  if (pending === null) return { ...base, certificate: { current, pending: null }, intent: null };
  const csr = readCsr(Buffer.from(pending.csr, "base64"));
  const intent = await brain.journal.readIntent(name, csr.digest);
  const { requestId, policyFaults } = pending;
  return { ...base, certificate: { current, pending: { requestId, csr, policyFaults } }, intent };
}
