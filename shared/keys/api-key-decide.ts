/**
 * The step that an API key needs, once everything could be read. Each case says what the vault has, as that is what
 * bunny holds or will hold.
 */
import type { Instant } from "../runtime/instant.ts";
import { type Evidence, type Missing, missingLoad, missingRelease, missingUse } from "./api-key-evidence.ts";
import type { VaultKey } from "./api-key-schema.ts";
import type { ApiKeyStep, ApiKeyWait, DropReason, PushReason, StageReason } from "./api-key-steps.ts";
import { type KeysView, mismatchOf, type UsableKey } from "./api-key-view.ts";

export interface Context extends Evidence {
  readonly askedAt: Instant | null;
}
export type Decision = ApiKeyStep | ApiKeyWait | { readonly kind: "none" };

export function decide(context: Context, view: KeysView): Decision {
  const { labels, current, pending, vault } = view;
  if (view.pendingIsIdle && labels.pending !== null) return drop(labels.pending, "idle");
  if (current === null) return findCurrent(view);
  if (pending !== null && vault?.keyId === pending.key.id)
    return goForward(context, view, current, pending, vault);
  if (vault?.keyId !== current.key.id) return push(context, view, current, whyNot(view));
  if (pending !== null) return goOn(context, view, current, pending, vault);
  const reason = stageReason(context, current, vault);
  // No rotation begins during a grace, but for this: from a disabled version nobody can change over to the current key.
  if (view.previous !== null && reason !== "disabled") return letGo(context, view.previous);
  if (reason === null) return rest(context);
  const backOff = backOffEnd(context);
  if (backOff !== null && context.now < backOff)
    return { kind: "wait", reason: "back-off", until: backOff, replicas: [] };
  return { kind: "stage", from: labels.pending?.versionId ?? null, reason };
}

/** What was set into the vault last is seen in use too, whoever has set it. */
function rest(context: Context): Decision {
  const unused = context.desired.proof === "observed" ? missingUse(context) : null;
  return unused === null ? { kind: "none" } : waitFor(unused);
}

/** To make any of them current takes nothing from anybody, but that the previous one must come first. */
function findCurrent({ labels, pending, previous }: KeysView): Decision {
  const from = labels.current?.versionId ?? null;
  // AWSPREVIOUS goes where AWSCURRENT is taken from, so a promotion would take the label off the previous key.
  if (previous !== null) return { kind: "restore-previous", from, to: previous.versionId };
  if (pending !== null) return { kind: "promote", from, to: pending.versionId, reason: "nothing-current" };
  return { kind: "stage", from: labels.pending?.versionId ?? null, reason: "absent" };
}

/** The pending key is pushed. */
function goForward(
  context: Context,
  view: KeysView,
  current: UsableKey,
  pending: UsableKey,
  vault: VaultKey,
): Decision {
  const { desired } = context;
  const unused = missingUse(context);
  if (unused === null)
    // A promotion takes the label off what is the previous key: it has to be nobody's by then.
    return view.previous === null
      ? { kind: "promote", from: current.versionId, to: pending.versionId, reason: "used" }
      : letGo(context, view.previous);
  if (!vault.enabled) return push(context, view, current, "pending-disabled");
  if (mismatchOf(desired, pending) !== null) return push(context, view, current, "pending-unfit");
  return waitFor(unused);
}

/** The vault has the current key, and another one is pending. */
function goOn(
  context: Context,
  view: KeysView,
  current: UsableKey,
  pending: UsableKey,
  vault: VaultKey,
): Decision {
  const { desired, now } = context;
  const hopeless = dropReason(context, current, pending, vault);
  const givenUp = hopeless === null ? null : giveUp(context, pending, vault, hopeless);
  // As long as the vault's version is disabled, what cannot be dropped is what is left to change over to.
  if (givenUp !== null && (vault.enabled || !isHeldUp(givenUp))) return givenUp;
  if (view.previous !== null && vault.enabled) return letGo(context, view.previous);
  const unloaded = missingLoad(context, pending.key.id, pending.labelled);
  if (unloaded === null) return pushOf(pending, vault, "rotation");
  const deadline = (pending.labelled?.since ?? now) + desired.provenWithinSeconds;
  if (unloaded.reason === "replicas-behind" && now >= deadline)
    return giveUp(context, pending, vault, "not-loaded");
  return waitFor(unloaded, now < deadline ? deadline : null);
}

const isHeldUp = (decision: Decision): boolean =>
  decision.kind === "wait" && decision.reason !== "log-not-searched";

/** The clocks of both clouds agree to this much. */
const SKEW_SECONDS = 300;

/** What was written to the vault after the pending key was made, and is not that key, may have replaced it. */
function wasTakenBack(
  { memory, now }: Evidence,
  { versionId, createdAt, labelled }: UsableKey,
  vault: VaultKey,
): boolean {
  // No clock has a say here: nothing was written to the vault since the version of the pending key was begun.
  if (memory.begun?.id === versionId && memory.begun.vault === vault.version) return false;
  const [keySeen, vaultSeen] = [labelled?.since ?? now, memory.vault?.since ?? now];
  // Seen at the same time, only the clouds' own dates tell which came first.
  const skew = keySeen === vaultSeen ? SKEW_SECONDS : 0;
  return vaultSeen > keySeen || vault.createdAt >= createdAt - skew;
}

function dropReason(
  context: Context,
  current: UsableKey,
  pending: UsableKey,
  vault: VaultKey,
): DropReason | null {
  if (pending.createdAt < current.createdAt) return "outdated";
  return (
    mismatchOf(context.desired, pending) ?? (wasTakenBack(context, pending, vault) ? "taken-back" : null)
  );
}

/** At once when the vault never had it; otherwise when nobody needs it any more. */
function giveUp(context: Context, pending: UsableKey, vault: VaultKey, reason: DropReason): Decision {
  const { memory, now } = context;
  const { versionId, key, labelled } = pending;
  const asked = memory.pushAsked?.id === versionId ? memory.pushAsked.since : null;
  if (asked === null && !wasTakenBack(context, pending, vault)) return drop(pending, reason);
  // A label that somebody has just put there may be what lets a pod in again.
  const since = Math.max(memory.vault?.since ?? now, labelled?.since ?? now, asked ?? 0);
  const needed = missingRelease(context, key.id, since);
  return needed === null ? drop(pending, reason) : waitFor(needed);
}

/** The previous key has its grace from when it became one, and from when the vault was last given another one. */
function letGo(context: Context, { versionId, key, labelled }: UsableKey): Decision {
  const { memory, now } = context;
  const since = Math.max(labelled?.since ?? now, memory.vault?.since ?? now);
  const needed = missingRelease(context, key.id, since);
  return needed === null ? { kind: "retire", versionId } : waitFor(needed);
}

/** The current key goes into the vault once every replica has it. */
function push(context: Context, { vault }: KeysView, current: UsableKey, reason: PushReason): Decision {
  const unloaded = missingLoad(context, current.key.id, current.labelled);
  return unloaded === null ? pushOf(current, vault, reason) : waitFor(unloaded);
}

function whyNot({ vault, previous }: KeysView): PushReason {
  if (vault === null) return "absent";
  return vault.keyId !== null && vault.keyId === previous?.key.id ? "previous-in-vault" : "unknown-in-vault";
}

function stageReason(
  { desired, askedAt, now }: Context,
  current: UsableKey,
  vault: VaultKey,
): StageReason | null {
  if (!vault.enabled) return "disabled";
  const mismatch = mismatchOf(desired, current);
  if (mismatch !== null) return mismatch;
  if (askedAt !== null && current.createdAt < askedAt) return "asked-for";
  return now >= current.createdAt + desired.rotateEverySeconds ? "rotation-due" : null;
}

const BACK_OFF_PARTS = 4;
const BACK_OFF_MAX_SECONDS = 86_400;
/** Each attempt is a version more: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
function backOffEnd({ desired, memory }: Context): Instant | null {
  if (memory.givenUpAt === null) return null;
  return memory.givenUpAt + Math.min(BACK_OFF_PARTS * desired.provenWithinSeconds, BACK_OFF_MAX_SECONDS);
}

const drop = ({ versionId }: { readonly versionId: string }, reason: DropReason): Decision => ({
  kind: "drop-pending",
  versionId,
  reason,
});

const pushOf = ({ versionId, key }: UsableKey, vault: VaultKey | null, reason: PushReason): Decision => ({
  kind: "push",
  versionId,
  keyId: key.id,
  over: vault?.version ?? null,
  reason,
});

/** `deadline`: when the plan changes at the latest. */
function waitFor({ reason, until, replicas }: Missing, deadline: Instant | null = null): Decision {
  return { kind: "wait", reason, until: until ?? deadline, replicas };
}
