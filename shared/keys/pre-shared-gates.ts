/**
 * When a tunnel may be taken down for its key. One thing must stay true: every other tunnel has carried the traffic for
 * a while, by what both its ends say, and nothing is known that would soon take one away.
 */
import { openingsAround } from "../certificates/window.ts";
import type { Instant } from "../runtime/instant.ts";
import { healthOf, isBusy } from "../tunnels/health.ts";
import { memoryOf } from "../tunnels/memory.ts";
import type { ObservedKey } from "./pre-shared-schema.ts";
import type { GateReason } from "./pre-shared-steps.ts";
import type { KeysView, OpenIncident, TunnelKey } from "./pre-shared-view.ts";

export interface Closed {
  readonly reason: GateReason;
  readonly until: Instant | null;
}

/** A replacement of half an hour, and what may go wrong with it: no tunnel may be down by itself meanwhile. */
const MAINTENANCE_NEAR_SECONDS = 7_200;
/** AWS announces it days ahead; so long ago, its word counts. */
const MAINTENANCE_UNSEEN_SECONDS = 21_600;
/** What must be left of a window when a rotation begins, or half of a window that is shorter than twice that. */
const WINDOW_LEFT_SECONDS = 2_700;

/** Incidents of this concern begin so: one that tells of an overdue rotation must not keep it from being done. */
export const OWN_INCIDENTS = "pre-shared-key:";

/** Whoever can reach relay can have one of the latter opened, and kept open: keys must not stay old for that. */
const HOLD_NOTHING_UP = [OWN_INCIDENTS, "auth-failure:", "auth-scan", "auth-unread", "auth-late"];

/** Null when a healthy tunnel's rotation may begin. */
export function startGate(view: KeysView, target: TunnelKey): Closed | null {
  const { now } = view;
  return (
    generalGate(view) ??
    otherRotationGate(view, target) ??
    windowGate(view) ??
    pauseGate(view, target) ??
    (view.incidents.some(isForeign) ? closed("incident-open") : null) ??
    maintenanceGate(view) ??
    (view.tunnels.some(({ seen }) => isBusy(seen)) ? closed("tunnel-busy") : null) ??
    (healthOf(target.seen) === "up" ? null : closed("tunnel-not-up")) ??
    (isSteady(view, target) ? null : closed("tunnel-not-steady", steadyAt(view, target))) ??
    othersGate(view, target, now)
  );
}

/**
 * Null when a rotation whose first end is set need not turn back. That what the tunnels concern remembers cannot be read
 * is no reason to: it is waited for.
 */
export const continueGate = (view: KeysView, target: TunnelKey): Closed | null =>
  (view.tunnelsMemory === null ? null : (generalGate(view) ?? maintenanceGate(view))) ??
  othersGate(view, target, view.now);

/**
 * Null when Azure's end of a tunnel that may still carry traffic may be given the key that AWS's has: that may take the
 * tunnel down for a moment, so every other must be there.
 */
export const resyncGate = (view: KeysView, target: TunnelKey): Closed | null =>
  otherRotationGate(view, target) ?? othersGate(view, target, view.now);

/** What holds for every step that touches a tunnel, whatever its state. */
export function generalGate({ frozen, tunnelsMemory }: KeysView): Closed | null {
  if (frozen) return closed("frozen");
  if (tunnelsMemory === null) return closed("memory-unreadable");
  // Planned work is this concern's own.
  return tunnelsMemory.work?.reason === "repair" ? closed("work-under-way") : null;
}

const otherRotationGate = ({ memory: { attempt } }: KeysView, { name }: TunnelKey): Closed | null =>
  attempt !== null && attempt.tunnel !== name ? closed("other-rotation") : null;

function windowGate({ policy: { window }, tunnels, now }: KeysView): Closed | null {
  if (window === null) return tunnels.length === 1 ? closed("no-window") : null;
  const { before, after } = openingsAround(window, now);
  const left = Math.min(WINDOW_LEFT_SECONDS, Math.floor((before.to - before.from) / 2));
  return now + left <= before.to ? null : closed("outside-window", after.from);
}

function pauseGate({ memory: { failed }, policy, askedFor, now }: KeysView, { name }: TunnelKey) {
  if (failed === null || (askedFor.get(name) ?? 0) > failed.at) return null;
  const until = failed.at + policy.pauseSeconds;
  return now < until ? closed("paused", until) : null;
}

const isForeign = ({ key, severity }: OpenIncident): boolean =>
  severity !== "notice" && !HOLD_NOTHING_UP.some((start) => key.startsWith(start));

function maintenanceGate({ tunnels, tunnelsMemory, now }: KeysView): Closed | null {
  for (const { name } of tunnels) {
    if (tunnelsMemory === null) return closed("maintenance-unknown");
    const { maintenance, maintenanceUnseen } = memoryOf(tunnelsMemory, name);
    const isOld = maintenanceUnseen !== null && now - maintenanceUnseen.since >= MAINTENANCE_UNSEEN_SECONDS;
    if (maintenance === null || isOld) return closed("maintenance-unknown");
    const { pending, autoAppliedAt } = maintenance;
    if (pending && (autoAppliedAt ?? now) - now < MAINTENANCE_NEAR_SECONDS) return closed("maintenance-near");
  }
  return null;
}

function othersGate(view: KeysView, target: TunnelKey, now: Instant): Closed | null {
  const others = view.tunnels.filter(({ name }) => name !== target.name);
  if (others.some(({ seen }) => healthOf(seen) !== "up")) return closed("other-not-up");
  if (others.some(({ key }) => !isMatched(key))) return closed("other-keys-unsettled");
  const unsteady = others.filter((other) => !isSteady(view, other)).map((other) => steadyAt(view, other));
  return unsteady.length === 0 ? null : closed("other-not-steady", Math.max(now, ...unsteady));
}

/** Its ends have one and the same key. */
const isMatched = ({ aws, azure, same }: ObservedKey): boolean =>
  same && typeof aws === "string" && typeof azure === "string";

/** The tunnels concern looks more often than this one, and may have seen a loss that no look of this one did. */
function isSteady(view: KeysView, tunnel: TunnelKey): boolean {
  const { now, policy, tunnelsMemory } = view;
  const { losses } = tunnelsMemory === null ? { losses: [] } : memoryOf(tunnelsMemory, tunnel.name);
  return steadyAt(view, tunnel) <= now && !losses.some((at) => at > now - policy.steadySeconds);
}

const steadyAt = ({ now, policy }: KeysView, { known }: TunnelKey): Instant =>
  (known.upSince ?? now) + policy.steadySeconds;

const closed = (reason: GateReason, until: Instant | null = null): Closed => ({ reason, until });
