/** What is remembered from one look to the next: since when, how often, and what was done. Pure. */
import type { LinkVpn } from "../link/vpn.ts";
import type { Instant } from "../runtime/instant.ts";
import { disagrees, healthOf, isLost, isUnseen } from "./health.ts";
import {
  cannotTell,
  type DesiredTunnel,
  type Memory,
  type ObservedTunnel,
  type Repair,
  type TunnelMemory,
  type Work,
} from "./schema.ts";

export const DAY_SECONDS = 86_400;
/** AWS announces maintenance days ahead: https://docs.aws.amazon.com/vpn/latest/s2svpn/tunnel-endpoint-lifecycle.html */
const MAINTENANCE_EVERY_SECONDS = 3_600;
const MAINTENANCE_AGAIN_SECONDS = 600;

export const memoryOf = (memory: Memory, name: string): TunnelMemory =>
  memory.tunnels.find((tunnel) => tunnel.name === name) ?? {
    name,
    lostSince: null,
    disagreeSince: null,
    unknownSince: null,
    losses: [],
    repairs: [],
    maintenance: null,
    maintenanceDueAt: 0,
  };

/** Takes in what is observed, and forgets tunnels that the link does not name any more. */
export function remember(
  vpn: LinkVpn,
  desired: readonly DesiredTunnel[],
  observed: readonly ObservedTunnel[],
  memory: Memory,
  now: Instant,
): Memory {
  const byName = new Map(observed.map((tunnel) => [tunnel.name, tunnel]));
  const tunnels = desired
    .map(({ name }) => {
      const known = memoryOf(memory, name);
      const seen = byName.get(name);
      return seen === undefined ? known : rememberTunnel(vpn, known, seen, now);
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  return { ...memory, tunnels, work: workAfter(memory.work, byName, now) };
}

function rememberTunnel(vpn: LinkVpn, known: TunnelMemory, seen: ObservedTunnel, now: Instant): TunnelMemory {
  const health = healthOf(seen);
  // It is over only when both ends say so: Azure's word may come minutes after AWS's.
  const lostSince = isLost(health) ? (known.lostSince ?? now) : health === "up" ? null : known.lostSince;
  const newlyLost = known.lostSince === null && lostSince !== null;
  return {
    ...known,
    lostSince,
    disagreeSince: disagrees(health) ? (known.disagreeSince ?? now) : null,
    unknownSince: isUnseen(seen) ? (known.unknownSince ?? now) : null,
    losses: [...known.losses, ...(newlyLost ? [now] : [])]
      .filter((at) => at > now - vpn.flap.withinSeconds)
      .slice(-vpn.flap.count),
    repairs: known.repairs.filter(({ at }) => at > now - DAY_SECONDS),
    ...maintenanceAfter(known, seen, now),
  };
}

function maintenanceAfter(
  { maintenance, maintenanceDueAt }: TunnelMemory,
  { maintenance: seen }: ObservedTunnel,
  now: Instant,
): Pick<TunnelMemory, "maintenance" | "maintenanceDueAt"> {
  if (seen === null) return { maintenance, maintenanceDueAt };
  if (cannotTell(seen)) return { maintenance, maintenanceDueAt: now + MAINTENANCE_AGAIN_SECONDS };
  return { maintenance: seen, maintenanceDueAt: now + MAINTENANCE_EVERY_SECONDS };
}

/** A repair is over when its tunnel is up, or has taken too long. Planned work is ended by whoever planned it. */
function workAfter(
  work: Work | null,
  byName: ReadonlyMap<string, ObservedTunnel>,
  now: Instant,
): Work | null {
  if (work === null || work.reason === "planned") return work;
  const seen = byName.get(work.tunnel);
  const mended = seen !== undefined && healthOf(seen) === "up";
  return mended || now >= work.dueAt ? null : work;
}

/** How long a repair may take before the next is thought of; AWS replaces an endpoint within half an hour. */
export const REPAIR_DUE_SECONDS = { "reset-azure": 600, "replace-aws": 1_800 } as const;

/** As it must stand before the repair is begun: a run that dies in the midst of it leaves a repair, not none. */
export function withRepair(memory: Memory, { tunnel, kind }: Repair, now: Instant): Memory {
  const tunnels = memory.tunnels.map((known) =>
    known.name === tunnel
      ? { ...known, repairs: [...known.repairs, { kind, at: now, outcome: null }] }
      : known,
  );
  const dueAt = now + REPAIR_DUE_SECONDS[kind];
  return { ...memory, tunnels, work: { tunnel, reason: "repair", startedAt: now, dueAt } };
}

/** `over`: it was refused, so nobody is at work. Of a call that failed otherwise nobody knows that. */
export function withOutcome(
  memory: Memory,
  { tunnel }: Repair,
  { outcome, over }: { readonly outcome: string; readonly over: boolean },
): Memory {
  const tunnels = memory.tunnels.map((known) => {
    if (known.name !== tunnel) return known;
    const newest = known.repairs.length - 1;
    return {
      ...known,
      repairs: known.repairs.map((repair, index) => (index === newest ? { ...repair, outcome } : repair)),
    };
  });
  return { ...memory, tunnels, work: over ? null : memory.work };
}

/** Nothing new to be written: what is read and what is made have their fields in the same order. */
export const isSame = (one: Memory, other: Memory): boolean => JSON.stringify(one) === JSON.stringify(other);
