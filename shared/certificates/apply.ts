/**
 * Carries out one change to one certificate. Each is safe to lose at any point: what the vault holds is observed
 * again by the next run, and the one call that cannot be observed, `IssueCertificate`, has its intent written
 * first, and its token and end fixed, so that a repeat within the CA's window is the same certificate.
 */
import type { Refused } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { csrToPem } from "./pem.ts";
import type { Change, Observed } from "./plan.ts";
import type { Intent, ObservedCertificate } from "./schema.ts";

export type Applied =
  | { readonly kind: "changed"; readonly certificate: ObservedCertificate }
  /** Somebody else was there first, or the change leaves nothing known: look again. */
  | { readonly kind: "look-again" }
  /** The CA has not signed what was asked for then: the next run goes on with the same certificate. */
  | { readonly kind: "signing"; readonly since: Instant }
  | { readonly kind: "refused"; readonly refusal: Refused };

type ChangeOf<K extends Change["kind"]> = Extract<Change, { kind: K }>;

export async function applyChange(
  brain: Brain,
  observed: Observed,
  certificate: ObservedCertificate,
  change: Change,
): Promise<Applied> {
  switch (change.kind) {
    case "request":
      return await applyRequest(brain, certificate);
    case "drop-request":
      return await applyDrop(brain, observed, certificate, change);
    case "sign-and-merge":
      return await applySignAndMerge(brain, observed, certificate, change);
  }
}

async function applyRequest(brain: Brain, certificate: ObservedCertificate): Promise<Applied> {
  const { name, current } = certificate;
  const answer = await brain.hand("certificates.request", {
    name,
    expectedVersion: current?.version ?? null,
  });
  if (answer.outcome === "refused") return refusedOrLookAgain(answer);
  return { kind: "changed", certificate: { ...certificate, pending: answer.pending } };
}

async function applyDrop(
  brain: Brain,
  observed: Observed,
  certificate: ObservedCertificate,
  change: ChangeOf<"drop-request">,
): Promise<Applied> {
  // Before the drop: afterwards nobody could tell that a certificate may exist whose key is gone.
  const { intent } = observed;
  if (intent?.state === "intended") await brain.journal.mark(intent, { state: "outcome-unknown" });
  const answer = await brain.hand("certificates.drop-request", {
    name: certificate.name,
    requestId: change.requestId,
  });
  if (answer.outcome === "refused") return refusedOrLookAgain(answer);
  return { kind: "changed", certificate: { ...certificate, pending: null } };
}

async function applySignAndMerge(
  brain: Brain,
  observed: Observed,
  certificate: ObservedCertificate,
  change: ChangeOf<"sign-and-merge">,
): Promise<Applied> {
  const { name, pending } = certificate;
  if (pending === null) return { kind: "look-again" };
  const intent = await intend(brain, name, change, observed.intent);
  const arn = intent.certificateArn ?? (await issue(brain, observed, intent, pending.csr));
  const chain = await readChain(brain, arn);
  if (chain === "signing") return { kind: "signing", since: intent.createdAt };
  if (chain === "failed") return await giveUp(brain, intent, arn);
  const answer = await brain.hand("certificates.merge", {
    name,
    requestId: change.requestId,
    chain: [...chain],
  });
  if (answer.outcome === "refused") return refusedOrLookAgain(answer);
  // Told first: it has happened, whatever becomes of the note about it.
  const { version, serial, notAfter } = answer.current;
  brain.log.info("certificate.merged", { certificate: name, version, serial, notAfter });
  await brain.journal.mark(intent, { state: "merged" });
  return { kind: "changed", certificate: { name, current: answer.current, pending: null } };
}

/** Of two runs at once one writes; the other goes on with what stands, and so with the same certificate. */
async function intend(
  brain: Brain,
  name: string,
  { csrDigest, intent }: ChangeOf<"sign-and-merge">,
  stands: Intent | null,
): Promise<Intent> {
  if (stands !== null && stands.state !== "refused") return stands;
  return await brain.journal.intend({
    certificate: name,
    csrDigest,
    idempotencyToken: intent.idempotencyToken,
    notAfter: intent.notAfter,
    createdAt: brain.clock(),
    state: "intended",
  });
}

async function issue(brain: Brain, observed: Observed, intent: Intent, csr: string): Promise<string> {
  const certificateArn = await brain.authority
    .issue({
      csr: csrToPem(Buffer.from(csr, "base64")),
      idempotencyToken: intent.idempotencyToken,
      notAfter: intent.notAfter,
      signingAlgorithm: observed.ca.signingAlgorithm,
    })
    .catch((error: unknown) => noteRefusal(brain, intent, error));
  const { certificate, notAfter } = intent;
  brain.log.info("certificate.issued", { certificate, certificateArn, notAfter });
  await brain.journal.mark(intent, { state: "issued", certificateArn });
  return certificateArn;
}

/** A refusal is an answer: without a note of it, the intent would come to stand for an unknown outcome. */
async function noteRefusal(brain: Brain, intent: Intent, error: unknown): Promise<never> {
  if (error instanceof CloudError && !error.retryable) await brain.journal.mark(intent, { state: "refused" });
  throw error;
}

/**
 * The CA will never answer with this certificate, and its token stands for nothing else: only another CSR goes
 * on. With this mark the plan drops the request.
 */
async function giveUp(brain: Brain, intent: Intent, certificateArn: string): Promise<Applied> {
  brain.log.error("certificate.issue-failed", { certificate: intent.certificate, certificateArn });
  await brain.journal.mark(intent, { state: "outcome-unknown" });
  return { kind: "look-again" };
}

/** AWS Private CA signs within seconds; longer than this is for the next run. */
const SIGNING_PAUSES_MS = [250, 500, 1000, 2000, 2000, 2000, 2000];

async function readChain(brain: Brain, arn: string): Promise<readonly string[] | "signing" | "failed"> {
  for (const pauseMs of [0, ...SIGNING_PAUSES_MS]) {
    if (pauseMs > 0) await brain.pause(pauseMs);
    // What is read late could not be merged any more.
    if (brain.remainingMs() < RESERVES_MS.call) return "signing";
    const chain = await brain.authority.read(arn);
    if (chain !== "signing") return chain;
  }
  return "signing";
}

function refusedOrLookAgain(refusal: Refused): Applied {
  const raced = ["request-pending", "observation-stale", "request-gone"].includes(refusal.reason);
  return raced ? { kind: "look-again" } : { kind: "refused", refusal };
}
