/**
 * Has what waits in the vault signed, and merges it. Issuing cannot be observed afterwards, so its intent is
 * written first, with its token and its end fixed: a repeat within the CA's window is the same certificate.
 */
import { createHash } from "node:crypto";
import { CloudError } from "../runtime/errors.ts";
import { type Applied, type ChangeOf, collectIds, refusedOrLookAgain } from "./applied.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { readCsrPublicKey } from "./csr.ts";
import { finishRecords, issueOf, mergeOf, recordFoundIssue } from "./found.ts";
import { keepPace } from "./patience.ts";
import { csrToPem } from "./pem.ts";
import type { Observed } from "./plan.ts";
import { issueCallRates } from "./rates.ts";
import { factsOf, recordChange, recordIfMissing } from "./record.ts";
import type { Intent, ObservedCertificate, PendingRequest } from "./schema.ts";

type SignAndMerge = ChangeOf<"sign-and-merge">;

export async function applySignAndMerge(
  brain: Brain,
  observed: Observed,
  certificate: ObservedCertificate,
  change: SignAndMerge,
  requestIsOurs: boolean,
): Promise<Applied> {
  const { name, current, pending } = certificate;
  if (pending === null) return { kind: "look-again" };
  if (!requestIsOurs && change.intent.kind === "new") {
    // Who made the request may not have seen to that, and once there is a newer version nobody can.
    await finishRecords(brain, name, current);
    await recordFoundRequest(brain, certificate, pending);
  }
  const intended = await intend(brain, name, pending, change, observed.intent);
  const { intent } = intended;
  const arn = await issueOrResume(brain, observed, intended, pending);
  const chain = await readChain(brain, arn);
  if (chain === "signing") return { kind: "signing", since: intent.createdAt };
  if (chain === "failed") return await giveUp(brain, intent, arn);
  const requestIds = collectIds();
  const body = { name, requestId: change.requestId, chain: [...chain] };
  const answer = await brain.hand("certificates.merge", body, requestIds.note);
  if (answer.outcome === "refused") return refusedOrLookAgain(answer);
  // Told first: it has happened, whatever becomes of the notes about it.
  const { version, serial, notAfter } = answer.current;
  brain.log.info("certificate.merged", { certificate: name, version, serial, notAfter });
  const merged = mergeOf(name, answer.current, { ...intent, certificateArn: arn });
  const requestId = { requestId: change.requestId };
  await recordChange(brain, {
    ...merged,
    before: { ...factsOf(current), ...requestId },
    requestIds: requestIds.all(),
  });
  // Last: as long as it stands as issued, the record of the merge may be missing (found.ts).
  await brain.journal.mark(intent, { state: "merged" });
  return { kind: "changed", certificate: { name, current: answer.current, pending: null } };
}

/** Made by a run that ended before it could say so, by another run at the same time, or by a person. */
async function recordFoundRequest(
  brain: Brain,
  { name, current }: ObservedCertificate,
  { requestId }: PendingRequest,
): Promise<void> {
  await recordIfMissing(brain, {
    kind: "request",
    target: name,
    subject: requestId,
    before: factsOf(current),
    after: { requestId },
    reasons: [],
    requestIds: {},
  });
}

interface Intended {
  readonly intent: Intent;
  /** Written a moment ago by this run: nobody has asked the CA to sign for it yet. */
  readonly isNew: boolean;
}

/** Of two runs at once one writes; the other goes on with what stands, and so with the same certificate. */
async function intend(
  brain: Brain,
  name: string,
  pending: PendingRequest,
  { csrDigest, intent }: SignAndMerge,
  stands: Intent | null,
): Promise<Intended> {
  if (stands !== null && stands.state !== "refused") return { intent: stands, isNew: false };
  const publicKey = readCsrPublicKey(Buffer.from(pending.csr, "base64"));
  const wanted = {
    certificate: name,
    csrDigest,
    publicKeyDigest: createHash("sha256").update(publicKey).digest("hex"),
    idempotencyToken: intent.idempotencyToken,
    notAfter: intent.notAfter,
    createdAt: brain.clock(),
    state: "intended",
  } as const;
  const stood = await brain.journal.intend(wanted);
  return { intent: stood, isNew: stood === wanted };
}

async function issueOrResume(
  brain: Brain,
  observed: Observed,
  intended: Intended,
  pending: PendingRequest,
): Promise<string> {
  const { intent } = intended;
  if (intent.certificateArn === undefined) return await issue(brain, observed, intended, pending.csr);
  await recordFoundIssue(brain, intent, intent.certificateArn);
  return intent.certificateArn;
}

async function issue(brain: Brain, observed: Observed, intended: Intended, csr: string): Promise<string> {
  const { intent } = intended;
  const requestIds = collectIds();
  const request = {
    csr: csrToPem(Buffer.from(csr, "base64")),
    idempotencyToken: intent.idempotencyToken,
    notAfter: intent.notAfter,
    signingAlgorithm: observed.ca.signingAlgorithm,
  };
  await keepPace(brain, issueCallRates(brain.link));
  const certificateArn = await brain.authority
    .issue(request, requestIds.note)
    .catch((error: unknown) => noteRefusal(brain, intended, error));
  const { certificate, notAfter } = intent;
  brain.log.info("certificate.issued", { certificate, certificateArn, notAfter });
  // The ARN first, it is nowhere else; an intent with one whose record is missing is found when it goes on.
  await brain.journal.mark(intent, { state: "issued", certificateArn });
  await recordChange(brain, { ...issueOf({ ...intent, certificateArn }), requestIds: requestIds.all() });
  return certificateArn;
}

/**
 * A refusal is an answer, and so is a throttle: without a note of it, the intent would come to stand for an unknown
 * outcome. But it answers this one call. Of an earlier one for the same intent nobody knows what became of it.
 */
async function noteRefusal(brain: Brain, { intent, isNew }: Intended, error: unknown): Promise<never> {
  if (isNew && error instanceof CloudError && (error.throttled || !error.retryable))
    await brain.journal.mark(intent, { state: "refused" });
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
