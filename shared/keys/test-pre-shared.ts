/** Tunnels and their keys as a plan is given them, for tests. */

import { type Memory, NO_MEMORY } from "../tunnels/schema.ts";
import { AT, desiredOf, up } from "../tunnels/test-tunnels.ts";
import { type PreSharedInput, type PreSharedPlan, planPreSharedKeys } from "./pre-shared-plan.ts";
import {
  type EndKey,
  type KeyMemory,
  NO_PRE_SHARED_MEMORY,
  type ObservedKey,
  type PreSharedMemory,
  type PreSharedPolicy,
  type StoredKey,
} from "./pre-shared-schema.ts";

export const DAY = 86_400;
export const NOW = AT;

export const policy: PreSharedPolicy = {
  rotateEverySeconds: 30 * DAY,
  steadySeconds: 900,
  settleSeconds: 300,
  pauseSeconds: DAY,
  window: null,
};

export const stored = (versionId: string, changes: Partial<StoredKey> = {}): StoredKey => ({
  versionId,
  createdAt: NOW - 10 * DAY,
  origin: "made",
  ...changes,
});
/** Due for ten days. */
export const old = (versionId: string): StoredKey => stored(versionId, { createdAt: NOW - 40 * DAY });

interface Ends {
  readonly aws?: EndKey;
  readonly azure?: EndKey;
  readonly same?: boolean;
  readonly current?: StoredKey | null;
  readonly pending?: StoredKey | null;
}

/** In step, unless something else is said. */
export function keyOf(name: string, ends: Ends = {}): ObservedKey {
  const { aws = "current", azure = "current", current = stored("c"), pending = null } = ends;
  const same = ends.same ?? (aws === azure && (aws === "current" || aws === "pending"));
  return { name, stored: { current, pending, pendingLabel: pending?.versionId ?? null }, aws, azure, same };
}

export const knownOf = (name: string, changes: Partial<KeyMemory> = {}): KeyMemory => ({
  name,
  upSince: NOW - DAY,
  differSince: null,
  comparedAt: NOW,
  inPlaceSince: null,
  blind: null,
  asked: [],
  ...changes,
});

export const memoryWith = (
  changes: Partial<PreSharedMemory> = {},
  ...tunnels: readonly KeyMemory[]
): PreSharedMemory => ({
  ...NO_PRE_SHARED_MEMORY,
  version: 1,
  tunnels: ["one-a", "one-b"].map((name) => tunnels.find((known) => known.name === name) ?? knownOf(name)),
  ...changes,
});

/** AWS means to do nothing to them. */
export const tunnelsMemoryWith = (changes: Partial<Memory> = {}): Memory => ({
  ...NO_MEMORY,
  version: 1,
  tunnels: ["one-a", "one-b"].map((name) => ({
    name,
    lostSince: null,
    hurtSince: null,
    doubtSince: null,
    unknownSince: null,
    losses: [],
    repairs: [],
    maintenance: { pending: false, autoAppliedAt: null },
    maintenanceUnseen: null,
    maintenanceDueAt: NOW,
  })),
  ...changes,
});

export const inputOf = (changes: Partial<PreSharedInput> = {}): PreSharedInput => ({
  policy,
  desired: desiredOf("one-a", "one-b"),
  keys: [keyOf("one-a"), keyOf("one-b")],
  tunnels: [up("one-a"), up("one-b")],
  memory: memoryWith(),
  tunnelsMemory: tunnelsMemoryWith(),
  incidents: [],
  frozen: false,
  askedFor: new Map(),
  linksTo: () => [],
  now: NOW,
  ...changes,
});

/** Of two tunnels that are up and steady, both in step. */
export const planWith = (changes: Partial<PreSharedInput> = {}): PreSharedPlan =>
  planPreSharedKeys(inputOf(changes));

export const reasonOf = ({ waits }: PreSharedPlan, tunnel: string): string | undefined =>
  waits.find((wait) => wait.tunnel === tunnel)?.reason;
