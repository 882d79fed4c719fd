/** What is remembered from one look to the next: since when, how often, and what was done. Pure. */
import type { LinkVpn } from "../link/vpn.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Health, healthOf, isDoubtful, isLost, isUnsure, isUpInAws, severityOf } from "./health.ts";
import {
  type CannotTell,
  cannotTell,
  type DesiredTunnel,
  type HeldUp,
  type Maintenance,
  type Memory,
  type ObservedTunnel,
  type Repair,
  type RepairRecord,
  type TunnelMemory,
  type Work,
} from "./schema.ts";

export const DAY_SECONDS = 86_400;
/** AWS announces maintenance days ahead: https://docs.aws.amazon.com/vpn/latest/s2svpn/tunnel-endpoint-lifecycle.html */
const MAINTENANCE_EVERY_SECONDS = 3_600;
const MAINTENANCE_AGAIN_SECONDS = 600;
/** Azure's status lags behind by minutes, and routes come after BGP: so long, what is up in AWS may seem not to be. */
export const DOUBT_SECONDS = 300;

export const memoryOf = (memory: Memory, name: string): TunnelMemory =>
  memory.tunnels.find((tunnel) => tunnel.name === name) ?? {
    name,
    lostSince: null,
    hurtSince: null,
    doubtSince: null,
    unknownSince: null,
    losses: [],
    repairs: [],
    maintenance: null,
    maintenanceUnseen: null,
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
  const work = workAfter(vpn, memory.work, byName, now);
  const tunnels = desired
    .map(({ name }) => {
      const known = memoryOf(memory, name);
      const seen = byName.get(name);
      const planned = isPlannedFor(work, name, now);
      return seen === undefined ? known : rememberTunnel(vpn, known, seen, { planned, now });
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const unsteady = tunnels.some((tunnel) => isUnsteady(vpn, tunnel));
  const worst = unsteady ? worse(severityOf(observed), memory.worst) : null;
  return { ...memory, tunnels, work, worst };
}

/** It was lost so often lately that it counts as one that may be lost again, although it is up. */
export const isUnsteady = ({ flap }: LinkVpn, { losses }: TunnelMemory): boolean =>
  losses.length >= flap.count;

type Severity = "critical" | "warning" | null;
export const worse = (one: Severity, other: Severity): Severity =>
  other === "critical" ? other : (one ?? other);

/** We said beforehand that this one would be down, and it is in time. */
export const isPlannedFor = (work: Work | null, tunnel: string, now: Instant): boolean =>
  work?.reason === "planned" && work.tunnel === tunnel && isInTime(work, now);

/** Past it nobody may be at work any more, so it keeps no tunnel from being mended, nor anything from being told. */
export const isInTime = ({ dueAt }: Work, now: Instant): boolean => now <= dueAt;

interface Look {
  /** It is worked on as it was meant to be: what is lost by that is no loss. */
  readonly planned: boolean;
  readonly now: Instant;
}

function rememberTunnel(vpn: LinkVpn, known: TunnelMemory, seen: ObservedTunnel, look: Look): TunnelMemory {
  const { planned, now } = look;
  const health = healthOf(seen);
  const lostSince = isLost(health) ? (known.lostSince ?? now) : isUpInAws(health) ? null : known.lostSince;
  const doubtSince = isDoubtful(health) ? (known.doubtSince ?? now) : null;
  const isNew = !planned && known.lostSince === null && lostSince !== null;
  return {
    ...known,
    lostSince,
    hurtSince: hurtAfter(known, { health, lostSince, doubtSince }, look),
    doubtSince,
    unknownSince: isUnsure(seen) ? (known.unknownSince ?? now) : null,
    losses: [...known.losses, ...(isNew ? [now] : [])]
      .filter((at) => at > now - vpn.flap.withinSeconds)
      .slice(-vpn.flap.count),
    repairs: known.repairs.filter(({ at }) => at > now - DAY_SECONDS),
    ...(seen.maintenance === null ? {} : maintenanceAfter(known, seen.maintenance, now)),
  };
}

/** It is over only when both ends say so: Azure's word may come minutes after AWS's. */
function hurtAfter(
  known: TunnelMemory,
  seen: { readonly health: Health; readonly lostSince: Instant | null; readonly doubtSince: Instant | null },
  { planned, now }: Look,
): Instant | null {
  const { health, lostSince, doubtSince } = seen;
  if (health === "up") return null;
  const lost = isLost(health) && !planned ? lostSince : null;
  const doubted = doubtSince !== null && now - doubtSince >= DOUBT_SECONDS ? doubtSince : null;
  return known.hurtSince ?? lost ?? doubted;
}

function maintenanceAfter(
  { maintenance, maintenanceUnseen }: TunnelMemory,
  seen: Maintenance | CannotTell,
  now: Instant,
): Pick<TunnelMemory, "maintenance" | "maintenanceUnseen" | "maintenanceDueAt"> {
  if (!cannotTell(seen))
    return { maintenance: seen, maintenanceUnseen: null, maintenanceDueAt: now + MAINTENANCE_EVERY_SECONDS };
  return {
    maintenance,
    maintenanceUnseen: { since: maintenanceUnseen?.since ?? now, code: seen.unknown },
    maintenanceDueAt: now + MAINTENANCE_AGAIN_SECONDS,
  };
}

/**
 * A repair is over when its tunnel is up, or has taken too long. Planned work is ended by whoever planned it, which is
 * the rotation of pre-shared keys: a link that has given that up has nobody who would.
 */
function workAfter(
  vpn: LinkVpn,
  work: Work | null,
  byName: ReadonlyMap<string, ObservedTunnel>,
  now: Instant,
): Work | null {
  if (work === null) return null;
  if (work.reason === "planned") return vpn.preSharedKeys === undefined ? null : work;
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

/** A repair that was written down at that time. */
export type WrittenRepair = Repair & { readonly at: Instant };

/** `over`: it was refused, so nobody is at work. Of a call that failed otherwise nobody knows that. */
export function withOutcome(
  memory: Memory,
  written: WrittenRepair,
  { outcome, over }: { readonly outcome: string; readonly over: boolean },
): Memory {
  const noted = withRepairsOf(memory, written, (repair) => [{ ...repair, outcome }]);
  return { ...(over ? withoutWork(noted, written) : noted), heldUp: null };
}

/** It was given up before anything was asked for: as if it had not been written down. */
export const withoutRepair = (memory: Memory, written: WrittenRepair): Memory =>
  withoutWork(
    withRepairsOf(memory, written, () => []),
    written,
  );

function withRepairsOf(
  memory: Memory,
  { tunnel, kind, at }: WrittenRepair,
  change: (repair: RepairRecord) => RepairRecord[],
): Memory {
  const isIt = (repair: RepairRecord) => repair.kind === kind && repair.at === at;
  const tunnels = memory.tunnels.map((known) =>
    known.name === tunnel
      ? { ...known, repairs: known.repairs.flatMap((repair) => (isIt(repair) ? change(repair) : [repair])) }
      : known,
  );
  return { ...memory, tunnels };
}

const withoutWork = (memory: Memory, { tunnel, at }: WrittenRepair): Memory =>
  memory.work?.tunnel === tunnel && memory.work.startedAt === at ? { ...memory, work: null } : memory;

/** A repair is due and cannot be begun for now: since when, if that is so again. */
export const withHeldUp = (memory: Memory, reason: HeldUp["reason"], now: Instant): Memory =>
  memory.heldUp?.reason === reason ? memory : { ...memory, heldUp: { reason, since: now } };

/** Nothing new to be written: what is read and what is made have their fields in the same order. */
export const isSame = (one: Memory, other: Memory): boolean => JSON.stringify(one) === JSON.stringify(other);
