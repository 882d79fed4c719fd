/**
 * Decides what one API key of bunny's needs next: one step, or a wait with its reason.
 *
 * Pure: no clock, network or randomness. One thing must stay true: no step takes from relay a key that bunny may hold,
 * and none gives bunny a key that a replica of relay may not have loaded. So before the push a rotation is given up by
 * taking its label off; after it there is only the way forward, or the old key is pushed again and seen in use first.
 */
import type { Instant } from "../runtime/instant.ts";
import { type Decision, decide } from "./api-key-decide.ts";
import { rememberApiKey, withStep } from "./api-key-memory.ts";
import {
  type ApiKeyMemory,
  type DesiredApiKey,
  NO_KEY_MEMORY,
  type ObservedApiKey,
} from "./api-key-schema.ts";
import type { ApiKeyStep, ApiKeyWait, WaitReason } from "./api-key-steps.ts";
import { type ApiKeyTrouble, troublesOf } from "./api-key-troubles.ts";
import { type KeysView, viewOf } from "./api-key-view.ts";

export interface ApiKeyPlan {
  readonly step: ApiKeyStep | ApiKeyWait | { readonly kind: "none" };
  /** What a person should know, in order. */
  readonly troubles: readonly ApiKeyTrouble[];
  /** When there is next something to do; `now` when there is, or when that cannot be told. */
  readonly nextAt: Instant;
  /** To be kept before the step is carried out. */
  readonly memory: ApiKeyMemory;
}

export interface ApiKeyInput {
  readonly desired: DesiredApiKey;
  readonly observed: ObservedApiKey;
  /** Null when there is none, or it was lost. */
  readonly memory: ApiKeyMemory | null;
  /** When a person last asked for a new key; null: never. */
  readonly askedAt: Instant | null;
  readonly now: Instant;
}

/** All of Secrets Manager is eventually consistent; how late a read may be is nowhere said. */
const LABELS_SETTLE_SECONDS = 10;

/** Whether a name is free again that the vault shows as nothing, only another push can tell. */
const HIDDEN_SECONDS = 900;

export function planApiKey({ desired, observed, memory, askedAt, now }: ApiKeyInput): ApiKeyPlan {
  const before = memory ?? NO_KEY_MEMORY;
  const unsettledUntil = before.movedAt === null ? null : before.movedAt + LABELS_SETTLE_SECONDS;
  if (unsettledUntil !== null && now < unsettledUntil) {
    // Nothing is learnt from what may be old.
    const step = wait("labels-unsettled", unsettledUntil);
    return { step, troubles: [], nextAt: unsettledUntil, memory: before };
  }
  const known = rememberApiKey(observed, before, now);
  const { labels, vault, log } = observed;
  const planned = (step: ApiKeyPlan["step"], view: KeysView | null, after = known): ApiKeyPlan => ({
    step,
    troubles: troublesOf({ desired, observed, memory: known, now }, view, step),
    nextAt: nextOf(desired, view, step, now),
    memory: after,
  });
  if (labels === "unreadable") return planned(wait("labels-unreadable"), null);
  if (labels === "deleted") return planned(wait("secret-deleted"), null);
  if (vault === "unreadable") return planned(wait("vault-unreadable"), null);
  if (vault === "deleted") return planned(wait("vault-deleted"), null);
  const hiddenUntil = vault === null && known.hidden !== null ? known.hidden.triedAt + HIDDEN_SECONDS : null;
  if (hiddenUntil !== null && now < hiddenUntil) return planned(wait("vault-deleted", hiddenUntil), null);
  const evidence = { desired, vault, log, memory: known, now };
  const view = viewOf(labels, evidence);
  const step = decide({ ...evidence, askedAt }, view);
  return planned(step, view, memoryWith(step, view, known, now));
}

/** True when the plan depends on what relay's log says: only then is it searched. */
export const needsKeyLog = ({ step }: ApiKeyPlan): boolean =>
  step.kind === "wait" && step.reason === "log-not-searched";

function memoryWith(step: Decision, view: KeysView, memory: ApiKeyMemory, now: Instant): ApiKeyMemory {
  if (step.kind === "wait") return memory;
  // What was begun is wanted no more: another day's rotation begins its own.
  if (step.kind === "none") return { ...memory, draft: null };
  return withStep(memory, step, view.pending?.versionId ?? null, now);
}

function nextOf(desired: DesiredApiKey, view: KeysView | null, step: Decision, now: Instant): Instant {
  if (step.kind === "wait") return step.until ?? now;
  if (step.kind !== "none") return now;
  return (view?.current?.createdAt ?? now) + desired.rotateEverySeconds;
}

const wait = (reason: WaitReason, until: Instant | null = null): Decision => ({
  kind: "wait",
  reason,
  until,
  replicas: [],
});
