/**
 * What one tunnel's key needs next. It follows from the stored keys and from which of them each end has: nothing that is
 * remembered tells how far a rotation has come, only since when, and how often an end was asked. Pure.
 *
 * | AWS | Azure | then |
 * |---|---|---|
 * | current | current | in step; with a pending key: set Azure, if every other tunnel carries the traffic |
 * | current | pending | set AWS, or else Azure back: one quick change, and no replacement |
 * | pending | anything else | set Azure: back would be another replacement |
 * | pending | pending | wait until it is up, then promote; when it is late, promote and tell |
 * | another | pending | set AWS, once the tunnel carries nothing |
 * | another | the same one | adopt it: both were changed by hand |
 * | anything else | | back to the stored key: Azure first, AWS once the tunnel carries nothing |
 *
 * What we have set apart ourselves is brought together at once. Where others have, Azure's end of a tunnel that may
 * carry traffic waits until every other tunnel does.
 *
 * Where nothing of ours is stored, AWS's key is adopted, unless the tunnel may work with ends that are read differently:
 * then one of them was misread (pre-shared-doubt.ts), and counts as unread here.
 */
import type { Instant } from "../runtime/instant.ts";
import { healthOf } from "../tunnels/health.ts";
import { cannotTell } from "../tunnels/schema.ts";
import { dueOf } from "./pre-shared-due.ts";
import { continueGate, generalGate, resyncGate, startGate } from "./pre-shared-gates.ts";
import { isRead, lastAsked, timesAsked } from "./pre-shared-memory.ts";
import type { End, FailReason, StoredKey, StoredKeys } from "./pre-shared-schema.ts";
import type {
  PreSharedStep,
  PreSharedWait,
  PreSharedWaitReason,
  SetReason,
  SetStep,
} from "./pre-shared-steps.ts";
import {
  askAgainAt,
  isAwsBusy,
  isAwsChanging,
  isAzureBusy,
  isLostForSure,
  isSettled,
  type KeysView,
  type TunnelKey,
} from "./pre-shared-view.ts";

/** Null: it is in step, and nothing will be due by itself. */
export type Decision = PreSharedStep | (PreSharedWait & { readonly kind: "wait" }) | null;

/** So often an end is asked to take a new key before the rotation is given up. */
const TRIES_MAX = 3;
/** So long after it began both ends must have taken the key, or it turns back. */
const FORWARD_SECONDS = 1_800;
/** AWS replaces an endpoint within half an hour, and Azure's word may come minutes after. */
const UP_SECONDS = 2_700;

export function decide(view: KeysView, tunnel: TunnelKey): Decision {
  const { stored, aws, azure, same } = tunnel.key;
  if (stored === "secret-deleted") return wait(tunnel, stored);
  if (!isRead(stored) || typeof aws !== "string" || typeof azure !== "string")
    return wait(tunnel, "unreadable");
  if (view.frozen) return wait(tunnel, "frozen");
  const { current, pending } = stored;
  if (current === null || current.origin === null) return withoutCurrent(tunnel, stored);
  if (pending !== null && pending.origin === null) return drop(tunnel, pending, "unusable", null);
  if (same && aws === "other")
    return {
      kind: "adopt",
      tunnel: tunnel.name,
      from: current.versionId,
      reason: "changed-at-both-ends",
    };
  if (aws === "current" && azure === "current")
    return pending === null ? inStep(view, tunnel, stored) : staged(view, tunnel, pending);
  if (pending !== null && azure === "pending" && aws === "current")
    return halfway(view, tunnel, current, pending);
  if (pending !== null && azure === "pending" && aws === "pending") return arriving(view, tunnel, stored);
  if (pending !== null && (aws === "pending" || azure === "pending"))
    return set(view, tunnel, aws === "pending" ? "azure" : "aws", pending, "finish");
  return set(view, tunnel, azure === "current" ? "aws" : "azure", current, "re-sync");
}

/** What the ends have is all that there is to go on from. */
function withoutCurrent(tunnel: TunnelKey, { current, pending }: StoredKeys): Decision {
  const { name, key } = tunnel;
  const from = current?.versionId ?? null;
  if (key.aws === "pending" && pending !== null && pending.origin !== null)
    return { kind: "promote", tunnel: name, from, to: pending.versionId, failed: null };
  if (key.aws === "none") return wait(tunnel, "absent");
  return { kind: "adopt", tunnel: name, from, reason: "nothing-stored" };
}

function inStep(view: KeysView, tunnel: TunnelKey, { pendingLabel }: StoredKeys): Decision {
  const due = dueOf(view, tunnel);
  if (due === null) return null;
  if (view.now < due.at) return wait(tunnel, "not-due", due.at);
  if (!isSettled(view, tunnel, "azure") || !isSettled(view, tunnel, "aws")) return wait(tunnel, "settling");
  const gate = startGate(view, tunnel);
  return gate === null
    ? { kind: "stage", tunnel: tunnel.name, from: pendingLabel, reason: due.reason }
    : wait(tunnel, gate.reason, gate.until);
}

/** Both ends have the old key: the new one was not set yet, or Azure has not taken it, or it was set back. */
function staged(view: KeysView, tunnel: TunnelKey, pending: StoredKey): Decision {
  const { now, memory } = view;
  if (isAzureBusy(view) || !isSettled(view, tunnel, "azure")) return wait(tunnel, "settling");
  if (!isSettled(view, tunnel, "aws")) return wait(tunnel, "settling");
  const attempt = memory.attempt?.versionId === pending.versionId ? memory.attempt : null;
  const gate = startGate(view, tunnel);
  const isLate = attempt !== null && now - attempt.startedAt >= FORWARD_SECONDS;
  const isInVain = timesAsked(tunnel.known, "azure", pending.versionId) >= TRIES_MAX;
  const failed =
    attempt?.turnedBack ??
    (isLate || isInVain ? "not-taken-by-azure" : null) ??
    (attempt !== null && gate !== null && gate.reason !== "memory-unreadable" ? "unsafe" : null);
  if (failed !== null) return drop(tunnel, pending, "rotation-failed", failed);
  if (dueOf(view, tunnel) === null) return drop(tunnel, pending, "not-wanted", null);
  if (gate !== null) return wait(tunnel, gate.reason, gate.until);
  const againAt = askAgainAt(view, tunnel, "azure", pending.versionId);
  return now < againAt ? wait(tunnel, "back-off", againAt) : setStep(tunnel, "azure", pending, "rotate");
}

/** Azure has the new key, AWS the old one: the tunnel may be lost at the next negotiation. */
function halfway(view: KeysView, tunnel: TunnelKey, current: StoredKey, pending: StoredKey): Decision {
  const { now } = view;
  const mayBeAtIt = lastAsked(tunnel.known, "aws")?.versionId === pending.versionId;
  // It would have the new key when Azure has the old one again.
  if (mayBeAtIt && isAwsBusy(tunnel)) return wait(tunnel, "tunnel-busy");
  if (!isSettled(view, tunnel, "aws")) return wait(tunnel, "settling");
  const failed = reasonToTurnBack(view, tunnel, pending);
  if (failed !== null) return set(view, tunnel, "azure", current, "roll-back", failed);
  const gate = generalGate(view);
  if (gate !== null) return wait(tunnel, gate.reason);
  if (isAwsBusy(tunnel)) return wait(tunnel, "tunnel-busy");
  const againAt = askAgainAt(view, tunnel, "aws", pending.versionId);
  return now < againAt ? wait(tunnel, "back-off", againAt) : setStep(tunnel, "aws", pending, "rotate");
}

function reasonToTurnBack(view: KeysView, tunnel: TunnelKey, pending: StoredKey): FailReason | null {
  const { memory, now } = view;
  const asked = timesAsked(tunnel.known, "aws", pending.versionId);
  const attempt = memory.attempt?.tunnel === tunnel.name ? memory.attempt : null;
  if (attempt !== null && attempt.turnedBack !== null) return attempt.turnedBack;
  if (continueGate(view, tunnel) !== null) return "unsafe";
  const isLate = attempt !== null && now - attempt.startedAt >= FORWARD_SECONDS;
  return asked >= TRIES_MAX || isLate ? "not-taken-by-aws" : null;
}

function arriving(view: KeysView, tunnel: TunnelKey, { current, pending }: StoredKeys): Decision {
  const { now } = view;
  const { name, known, seen } = tunnel;
  if (pending === null || isAwsBusy(tunnel) || isAzureBusy(view)) return wait(tunnel, "tunnel-busy");
  if (!isSettled(view, tunnel, "aws")) return wait(tunnel, "settling");
  const promote = {
    kind: "promote",
    tunnel: name,
    from: current?.versionId ?? null,
    to: pending.versionId,
  } as const;
  if (healthOf(seen) === "up") return { ...promote, failed: null };
  const until = (known.inPlaceSince ?? now) + UP_SECONDS;
  return now < until ? wait(tunnel, "coming-up", until) : { ...promote, failed: "not-up-in-time" };
}

/** An end gets the key that the other one has, or is about to have. */
function set(
  view: KeysView,
  tunnel: TunnelKey,
  end: End,
  key: StoredKey,
  reason: SetReason,
  failed: FailReason | null = null,
): Decision {
  const { aws } = tunnel.seen;
  if (!cannotTell(aws) && aws.status === "absent") return wait(tunnel, "absent");
  const hindrance = end === "aws" ? hindranceInAws(view, tunnel) : hindranceInAzure(view, tunnel, reason);
  if (hindrance !== null) return wait(tunnel, hindrance);
  const againAt = askAgainAt(view, tunnel, end, key.versionId);
  if (view.now >= againAt) return setStep(tunnel, end, key, reason, failed);
  const isFresh = againAt - view.now <= view.policy.settleSeconds && !isSettled(view, tunnel, end);
  return wait(tunnel, isFresh ? "settling" : "back-off", againAt);
}

function hindranceInAws(view: KeysView, tunnel: TunnelKey): PreSharedWaitReason | null {
  const gate = generalGate(view);
  if (gate !== null) return gate.reason;
  if (!isLostForSure(tunnel)) return "still-up";
  return isAwsBusy(tunnel) ? "tunnel-busy" : null;
}

function hindranceInAzure(view: KeysView, tunnel: TunnelKey, reason: SetReason): PreSharedWaitReason | null {
  const { aws, azure } = tunnel.key;
  // Somebody may be giving AWS's end the key that Azure's has.
  if (isAzureBusy(view) || isAwsChanging(tunnel)) return "tunnel-busy";
  const isOurDoing = reason === "roll-back" || (reason === "finish" && azure === "current");
  if (isOurDoing || isLostForSure(tunnel)) return null;
  if (reason !== "finish" && aws !== "current") return "still-up";
  return resyncGate(view, tunnel)?.reason ?? null;
}

const setStep = (
  { name }: TunnelKey,
  end: End,
  { versionId }: StoredKey,
  reason: SetReason,
  failed: FailReason | null = null,
): SetStep => ({ kind: "set", tunnel: name, end, versionId, reason, failed });

const drop = (
  { name }: TunnelKey,
  { versionId }: StoredKey,
  reason: "unusable" | "not-wanted" | "rotation-failed",
  failed: FailReason | null,
): Decision => ({ kind: "drop", tunnel: name, versionId, reason, failed });

const wait = ({ name }: TunnelKey, reason: PreSharedWaitReason, until: Instant | null = null): Decision => ({
  kind: "wait",
  tunnel: name,
  reason,
  until,
});
