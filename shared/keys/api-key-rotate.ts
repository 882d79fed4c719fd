/**
 * One look at one API key: observed, planned, and at most one step carried out. What the clouds say right after a step
 * may be of the time before it, so the next step is left to the next look. A run that dies anywhere leaves a state that
 * the next one goes on from.
 */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import { usesSearchedSeconds } from "./api-key-evidence.ts";
import { type ApiKeyPlan, needsKeyLog, planApiKey } from "./api-key-plan.ts";
import type { KeyLabel, KeyLogSearch, KeyMemoryStore, KeySecret, KeyVault } from "./api-key-ports.ts";
import type { ApiKeyMemory, DesiredApiKey, ObservedApiKey } from "./api-key-schema.ts";
import type { ApiKeyStep } from "./api-key-steps.ts";
import { makeApiKey, writeApiKey } from "./api-key-value.ts";

export interface KeyRotation {
  readonly desired: DesiredApiKey;
  readonly secret: KeySecret;
  readonly vault: KeyVault;
  readonly relayLog: KeyLogSearch;
  readonly memory: KeyMemoryStore;
  readonly clock: Clock;
  /** So many bytes that nobody can foresee. */
  readonly random: (bytes: number) => Uint8Array;
  /** Asked before each write: whether the lease is held, nothing is frozen, and there is time left. */
  readonly mayWrite: () => Promise<boolean>;
}

export type StepOutcome =
  | "done"
  /** The plan has no step. */
  | "nothing-to-do"
  | "not-allowed"
  /** Something was not as it was observed any more: the next look plans anew. */
  | "elsewhere"
  /** The version whose key is to be pushed is not there. */
  | "gone"
  /** The vault refused a key, as of a name that is deleted and not free yet. */
  | "deleted"
  /** Nobody knows whether it was carried out. */
  | "unknown";

export interface KeyLook extends SeenApiKey {
  readonly outcome: StepOutcome;
}

/** Throws `CloudError` when what is remembered could not be read or kept: then nothing was changed. */
export async function rotateApiKey(rotation: KeyRotation, askedAt: Instant | null): Promise<KeyLook> {
  const memory = await rotation.memory.read();
  const seen = await observeApiKey(rotation, memory, askedAt);
  const { step } = seen.plan;
  const known = beginVersion(rotation, seen);
  if (JSON.stringify(known) !== JSON.stringify(memory)) {
    // Before the step: of a push whose answer is lost nothing else is left, nor of a version.
    if ((await rotation.memory.write(known)) === "elsewhere") return { ...seen, outcome: "elsewhere" };
  }
  if (step.kind === "none" || step.kind === "wait") return { ...seen, outcome: "nothing-to-do" };
  const outcome = await orCloudError(() => carryOut(rotation, step, known));
  if (outcome instanceof CloudError) return { ...seen, outcome: "unknown", failure: outcome };
  if (outcome === "deleted") await rememberHidden(rotation, known);
  return { ...seen, outcome };
}

const VERSION_BYTES = 16;

/** The one that is begun is gone on with: a secret may not have as many versions as there are looks. */
function beginVersion(
  { clock, random }: KeyRotation,
  { observed: { vault }, plan }: SeenApiKey,
): ApiKeyMemory {
  const { step, memory } = plan;
  if (step.kind !== "stage" || memory.draft !== null) return memory;
  const id = Buffer.from(random(VERSION_BYTES)).toString("hex");
  const version = vault === null || typeof vault === "string" ? null : vault.version;
  return { ...memory, draft: { id, since: clock() }, begun: { id, vault: version } };
}

async function rememberHidden({ memory, clock }: KeyRotation, known: ApiKeyMemory): Promise<void> {
  const now = clock();
  // Whoever has written meanwhile finds out by itself.
  await memory.write({ ...known, hidden: { since: known.hidden?.since ?? now, triedAt: now } });
}

export interface SeenApiKey {
  readonly observed: ObservedApiKey;
  readonly plan: ApiKeyPlan;
  /** What a cloud did not answer, the last one; null when all did. */
  readonly failure: CloudError | null;
}

/** Changes nothing. relay's log is searched only when the plan depends on it. */
export async function observeApiKey(
  { desired, secret, vault, relayLog, clock }: KeyRotation,
  memory: ApiKeyMemory | null,
  askedAt: Instant | null,
): Promise<SeenApiKey> {
  const labels = await orCloudError(() => secret.readLabels());
  const vaultKey = await orCloudError(() => vault.readKey());
  const planWith = (log: ObservedApiKey["log"]) => {
    const observed = { labels: seenOf(labels), vault: seenOf(vaultKey), log };
    return { observed, plan: planApiKey({ desired, observed, memory, askedAt, now: clock() }) };
  };
  const first = planWith("not-searched");
  if (!needsKeyLog(first.plan)) return { ...first, failure: failureOf(labels, vaultKey) };
  const log = await orCloudError(() => relayLog.read(usesSearchedSeconds(desired)));
  return { ...planWith(seenOf(log)), failure: failureOf(labels, vaultKey, log) };
}

const seenOf = <T>(answer: T | CloudError): T | "unreadable" =>
  answer instanceof CloudError ? "unreadable" : answer;

const failureOf = (...answers: readonly unknown[]): CloudError | null =>
  answers.findLast((answer) => answer instanceof CloudError) ?? null;

async function carryOut(
  rotation: KeyRotation,
  step: ApiKeyStep,
  { draft }: ApiKeyMemory,
): Promise<StepOutcome> {
  if (!(await rotation.mayWrite())) return "not-allowed";
  switch (step.kind) {
    case "stage":
      return draft === null ? "elsewhere" : await stage(rotation, step.from, draft.id);
    case "drop-pending":
      return await move(rotation, "AWSPENDING", step.versionId, null);
    case "push":
      return await push(rotation, step);
    case "promote":
    case "restore-previous":
      return await move(rotation, "AWSCURRENT", step.from, step.to);
    case "retire":
      return await move(rotation, "AWSPREVIOUS", step.versionId, null);
  }
}

async function stage(rotation: KeyRotation, from: string | null, versionId: string): Promise<StepOutcome> {
  const { desired, secret, random, mayWrite } = rotation;
  if ((await secret.readKey(versionId)) === null)
    await secret.write(versionId, writeApiKey(makeApiKey(desired, random)));
  // One that dies here leaves a version that the next look gives its label.
  return (await mayWrite()) ? await move(rotation, "AWSPENDING", from, versionId) : "not-allowed";
}

async function push(
  { secret, vault }: KeyRotation,
  { versionId, keyId, over }: Extract<ApiKeyStep, { kind: "push" }>,
): Promise<StepOutcome> {
  const key = await secret.readKey(versionId);
  if (key?.facts.id !== keyId) return "gone";
  const answer = await vault.setKey(key, over);
  return answer === "set" ? "done" : answer;
}

async function move({ secret }: KeyRotation, label: KeyLabel, from: string | null, to: string | null) {
  return (await secret.move(label, from, to)) === "moved" ? "done" : "elsewhere";
}
