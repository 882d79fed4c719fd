/**
 * Decides what is done next about the pre-shared keys of a link's tunnels: one step at most.
 *
 * Pure: no clock, network or randomness. Which step it is follows from what both ends of every tunnel have, so a run
 * that died anywhere is gone on from. One thing must stay true: no step takes down a tunnel that carries traffic unless
 * all others do, and have for a while.
 */
import type { Condition } from "../alerts/condition.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import type { DesiredTunnel, ObservedTunnel, Memory as TunnelsMemory } from "../tunnels/schema.ts";
import { preSharedConditions } from "./pre-shared-conditions.ts";
import { type Decision, decide } from "./pre-shared-decide.ts";
import { withDoubt } from "./pre-shared-doubt.ts";
import { dueOf } from "./pre-shared-due.ts";
import { blindCode, keyMemoryOf, rememberKeys } from "./pre-shared-memory.ts";
import {
  NO_PRE_SHARED_MEMORY,
  type ObservedKey,
  type PreSharedMemory,
  type PreSharedPolicy,
} from "./pre-shared-schema.ts";
import { type PreSharedStep, type PreSharedWait, rankOf } from "./pre-shared-steps.ts";
import type { KeysView, OpenIncident, TunnelKey } from "./pre-shared-view.ts";

export interface PreSharedInput {
  readonly policy: PreSharedPolicy;
  readonly desired: readonly DesiredTunnel[];
  /** What is not of a desired tunnel is passed over; what is missing could not be read. */
  readonly keys: readonly ObservedKey[];
  readonly tunnels: readonly ObservedTunnel[];
  /** Null when it cannot be read: then nothing is done. */
  readonly memory: PreSharedMemory | null;
  readonly tunnelsMemory: TunnelsMemory | null;
  /** All that are open, of every concern. */
  readonly incidents: readonly OpenIncident[];
  readonly frozen: boolean;
  /** When a person last asked for a rotation, by tunnel. */
  readonly askedFor: ReadonlyMap<string, Instant>;
  readonly linksTo: (tunnel: string) => Condition["links"];
  readonly now: Instant;
}

export interface PreSharedPlan {
  readonly step: PreSharedStep | null;
  /** Of each tunnel whose key is not in step, or will be due, and has no step now; by name. */
  readonly waits: readonly PreSharedWait[];
  readonly conditions: readonly Condition[];
  /** False when something could not be read: then nobody knows whether what is not told of is over. */
  readonly complete: boolean;
  /** By tunnel's name; what nobody can vouch for counts as unread. */
  readonly keys: readonly ObservedKey[];
  /** With what is observed taken in. */
  readonly memory: PreSharedMemory;
  /** When there may be something to do by itself; null when that cannot be told. */
  readonly nextAt: Instant | null;
}

export function planPreSharedKeys(input: PreSharedInput): PreSharedPlan {
  const view = viewOf(input);
  const decisions = input.memory === null ? view.tunnels.map(forgotten) : decisionsOf(view);
  const steps = decisions.filter(isStep).toSorted((one, other) => compareSteps(view, one, other));
  const step = steps[0] ?? null;
  const later = steps
    .slice(1)
    .map(({ tunnel }): PreSharedWait => ({ tunnel, reason: "other-first", until: null }));
  const waits = [...decisions.flatMap(waitOf), ...later].toSorted((one, other) =>
    compareText(one.tunnel, other.tunnel),
  );
  return {
    step,
    waits,
    conditions: preSharedConditions(view, waits, input.linksTo),
    complete: input.memory !== null && view.tunnels.every(({ key }) => blindCode(key) === null),
    keys: view.tunnels.map(({ key }) => key),
    memory: view.memory,
    nextAt: earliest(waits),
  };
}

function viewOf(input: PreSharedInput): KeysView {
  const { policy, desired, tunnelsMemory, incidents, frozen, askedFor, now } = input;
  const names = desired.map(({ name }) => name).toSorted(compareText);
  const before = input.memory ?? NO_PRE_SHARED_MEMORY;
  const tunnels = names.map((name) => {
    const key = input.keys.find((one) => one.name === name) ?? unseenKey(name);
    const seen = input.tunnels.find((tunnel) => tunnel.name === name) ?? unseenTunnel(name);
    return { name, key: withDoubt(key, seen, keyMemoryOf(before, name)), seen };
  });
  const memory = rememberKeys(before, { tunnels, pauseSeconds: policy.pauseSeconds, now });
  const withMemory = tunnels.map((tunnel) => ({ ...tunnel, known: keyMemoryOf(memory, tunnel.name) }));
  return { policy, tunnels: withMemory, memory, tunnelsMemory, incidents, frozen, askedFor, now };
}

const NOT_ANSWERED = { unknown: "not-answered" } as const;
const unseenKey = (name: string): ObservedKey => ({
  name,
  stored: NOT_ANSWERED,
  aws: NOT_ANSWERED,
  azure: NOT_ANSWERED,
  same: false,
});
const unseenTunnel = (name: string): ObservedTunnel => ({
  name,
  aws: NOT_ANSWERED,
  azure: NOT_ANSWERED,
  maintenance: null,
});

const decisionsOf = (view: KeysView): Decision[] => view.tunnels.map((tunnel) => decide(view, tunnel));

const forgotten = ({ name }: TunnelKey): Decision => ({
  kind: "wait",
  tunnel: name,
  reason: "memory-unreadable",
  until: null,
});

const isStep = (decision: Decision): decision is PreSharedStep =>
  decision !== null && decision.kind !== "wait";

function waitOf(decision: Decision): PreSharedWait[] {
  if (decision === null || decision.kind !== "wait") return [];
  const { tunnel, reason, until } = decision;
  return [{ tunnel, reason, until }];
}

/** Of rotations that may begin, the one that is due longest comes first. */
function compareSteps(view: KeysView, one: PreSharedStep, other: PreSharedStep): number {
  const dueAt = ({ tunnel }: PreSharedStep) => {
    const its = view.tunnels.find(({ name }) => name === tunnel);
    return (its === undefined ? null : dueOf(view, its)?.at) ?? view.now;
  };
  return rankOf(one) - rankOf(other) || dueAt(one) - dueAt(other) || compareText(one.tunnel, other.tunnel);
}

function earliest(waits: readonly PreSharedWait[]): Instant | null {
  const known = waits.flatMap(({ until }) => until ?? []);
  return known.length === 0 ? null : Math.min(...known);
}
