/**
 * Decides what is told of the tunnels, and which one is mended.
 *
 * Pure: no clock, network, or randomness. The same input always gives the same plan, in whatever order its tunnels
 * stand.
 */
import type { Condition } from "../alerts/condition.ts";
import type { LinkVpn } from "../link/vpn.ts";
import type { Instant } from "../runtime/instant.ts";
import { conditionsOf } from "./conditions.ts";
import { isUnseen, severityOf } from "./health.ts";
import { remember } from "./memory.ts";
import { planRepair, type RepairPlan } from "./repairs.ts";
import {
  type DesiredTunnel,
  type EndsDiffer,
  type Memory,
  NO_MEMORY,
  type ObservedTunnel,
} from "./schema.ts";
import type { TunnelsView } from "./view.ts";

export interface PlanInput {
  readonly vpn: LinkVpn;
  readonly desired: readonly DesiredTunnel[];
  /** What is not of a desired tunnel is passed over. */
  readonly observed: readonly ObservedTunnel[];
  /** Null when it cannot be read: then nothing is mended, and nothing that is not told of is over. */
  readonly memory: Memory | null;
  /** Then nothing is mended. */
  readonly frozen: boolean;
  /** Left out: none. */
  readonly endsDiffer?: readonly EndsDiffer[] | undefined;
  readonly now: Instant;
  readonly linksTo: TunnelsView["linksTo"];
}

export interface TunnelsPlan extends RepairPlan {
  readonly severity: "critical" | "warning" | null;
  readonly conditions: readonly Condition[];
  /** False when an end could not be asked: then nobody knows whether what is not told of is over. */
  readonly complete: boolean;
  /** The same as before when there is nothing new; what was seen alone, when that cannot be read. */
  readonly memory: Memory;
}

export function planTunnels(input: PlanInput): TunnelsPlan {
  const { vpn, desired, now, frozen, endsDiffer = [], linksTo } = input;
  const names = new Set(desired.map(({ name }) => name));
  const observed = input.observed
    .filter(({ name }) => names.has(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const remembers = input.memory !== null;
  const known = remember(vpn, desired, observed, input.memory ?? NO_MEMORY, now);
  const repairs = planRepair({ vpn, observed, memory: known, remembers, frozen, endsDiffer, now });
  // What is not due any more is not held up either.
  const memory = repairs.repair === null ? { ...known, heldUp: null } : known;
  return {
    ...repairs,
    severity: severityOf(observed),
    conditions: conditionsOf({ vpn, observed, memory, remembers, waits: repairs.waits, now, linksTo }),
    complete: remembers && observed.length === desired.length && !observed.some(isUnseen),
    memory,
  };
}
