/** What is remembered of an API key from one look to the next: since when each thing has been as it is. Pure. */
import type { Instant } from "../runtime/instant.ts";
import type { ApiKeyMemory, ObservedApiKey, Sighting } from "./api-key-schema.ts";
import type { ApiKeyStep } from "./api-key-steps.ts";

/** Takes in what is observed. What could not be seen is kept as it was. */
export function rememberApiKey(
  { labels, vault, log }: ObservedApiKey,
  memory: ApiKeyMemory,
  now: Instant,
): ApiKeyMemory {
  const read = typeof labels === "string" ? null : labels;
  const seen = (before: Sighting | null, id: string | undefined) =>
    before?.id === id ? before : id === undefined ? null : { id, since: now };
  const isBlind = typeof labels === "string" || typeof vault === "string" || log === "unreadable";
  const labelled = read === null ? [] : [read.current, read.pending, read.previous];
  const isLabelled = labelled.some((one) => one !== null && one.versionId === memory.draft?.id);
  return {
    ...memory,
    draft: isLabelled ? null : memory.draft,
    used: usedOf({ vault, log }, memory, now),
    hidden: vault === null || vault === "unreadable" ? memory.hidden : null,
    current: read === null ? memory.current : seen(memory.current, read.current?.versionId),
    pending: read === null ? memory.pending : seen(memory.pending, read.pending?.versionId),
    previous: read === null ? memory.previous : seen(memory.previous, read.previous?.versionId),
    vault: typeof vault === "string" ? memory.vault : seen(memory.vault, vault?.version),
    blindSince: isBlind ? (memory.blindSince ?? now) : null,
  };
}

/** A use from before the vault had this version says nothing of it. */
function usedOf(
  { vault, log }: Pick<ObservedApiKey, "vault" | "log">,
  { used }: ApiKeyMemory,
  now: Instant,
): Sighting | null {
  if (typeof vault === "string") return used;
  if (vault === null || vault.version === used?.id) return vault === null ? null : used;
  if (typeof log === "string") return null;
  const isUsed = log.used.some(
    ({ keyId, at }) => keyId === vault.keyId && at.some((time) => time >= vault.createdAt),
  );
  return isUsed ? { id: vault.version, since: now } : null;
}

/**
 * To be kept before the step is carried out: a call whose answer is lost may have been carried out all the same, and
 * what is read next may be of the time before it.
 */
export function withStep(
  memory: ApiKeyMemory,
  step: ApiKeyStep,
  pending: string | null,
  now: Instant,
): ApiKeyMemory {
  if (step.kind === "push")
    return step.versionId === pending ? { ...memory, pushAsked: { id: pending, since: now } } : memory;
  const isGivenUp = step.kind === "drop-pending" && step.reason === "not-loaded";
  return { ...memory, movedAt: now, givenUpAt: isGivenUp ? now : memory.givenUpAt };
}

/** What a plan remembers of what it saw, without the step, which was not taken. */
export const withoutStep = (planned: ApiKeyMemory, before: ApiKeyMemory): ApiKeyMemory => ({
  ...planned,
  pushAsked: before.pushAsked,
  movedAt: before.movedAt,
  givenUpAt: before.givenUpAt,
});
