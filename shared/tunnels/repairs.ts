/**
 * Which tunnel is mended next, and how: the Azure connection is reset first, then the AWS endpoint replaced, by turns.
 * At most one repair, and only of a tunnel that both ends were asked about and that carries nothing: so never of one
 * that is healthy, whether it is the last one or not.
 */
import type { LinkVpn } from "../link/vpn.ts";
import type { Instant } from "../runtime/instant.ts";
import { healthOf, isBusy, isLost, isUnseen } from "./health.ts";
import { DAY_SECONDS, memoryOf } from "./memory.ts";
import type { Memory, ObservedTunnel, Repair, RepairKind, TunnelMemory } from "./schema.ts";

/** Why a lost tunnel is not mended now. */
export type WaitReason =
  | "repair-off"
  | "frozen"
  /** We are at work on a tunnel. */
  | "work-under-way"
  /** Somebody else is changing a tunnel, or a cloud is. */
  | "tunnel-busy"
  /** One of its ends could not be asked. */
  | "cannot-tell"
  /** AWS has no such tunnel: nothing of ours could bring it back. */
  | "absent"
  /** It has not been down for long enough. */
  | "may-recover"
  /** The last repair was not long enough ago. */
  | "back-off"
  | "daily-limit"
  /** Another tunnel is mended first. */
  | "other-first";

export interface Wait {
  readonly tunnel: string;
  readonly reason: WaitReason;
}

export interface RepairPlan {
  readonly repair: Repair | null;
  /** Of each tunnel that is lost and not mended now, by name. */
  readonly waits: readonly Wait[];
}

export interface RepairView {
  readonly vpn: LinkVpn;
  readonly observed: readonly ObservedTunnel[];
  readonly memory: Memory;
  readonly frozen: boolean;
  readonly now: Instant;
}

export function planRepair(view: RepairView): RepairPlan {
  const lost = view.observed
    .filter((tunnel) => isLost(healthOf(tunnel)))
    .map((tunnel) => ({ tunnel, known: memoryOf(view.memory, tunnel.name) }))
    .sort((one, other) => compare(orderOf(one.known, view.now), orderOf(other.known, view.now)));
  const general = generalWait(view);
  const weighed = lost.map(({ tunnel, known }) => ({
    known,
    reason: general ?? ownWait(view, tunnel, known),
  }));
  const next = weighed.find(({ reason }) => reason === null)?.known;
  const waits = weighed
    .filter(({ known }) => known !== next)
    .map(({ known, reason }): Wait => ({ tunnel: known.name, reason: reason ?? "other-first" }))
    .sort((one, other) => compare(one.tunnel, other.tunnel));
  return { repair: next === undefined ? null : { tunnel: next.name, kind: nextKind(next) }, waits };
}

/** Those that were tried least first, so that one which nothing helps does not keep the others waiting; then by age. */
const orderOf = ({ repairs, lostSince, name }: TunnelMemory, now: Instant): string =>
  [String(repairs.length).padStart(4, "0"), String(lostSince ?? now).padStart(12, "0"), name].join(" ");

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function generalWait({ vpn, frozen, memory, observed }: RepairView): WaitReason | null {
  if (vpn.repair === "off") return "repair-off";
  if (frozen) return "frozen";
  if (memory.work !== null) return "work-under-way";
  return observed.some(isBusy) ? "tunnel-busy" : null;
}

function ownWait({ vpn, now }: RepairView, tunnel: ObservedTunnel, known: TunnelMemory): WaitReason | null {
  if (healthOf(tunnel) === "absent") return "absent";
  if (isUnseen(tunnel)) return "cannot-tell";
  if (now - (known.lostSince ?? now) < vpn.repairAfterSeconds) return "may-recover";
  const today = known.repairs.filter(({ at }) => at > now - DAY_SECONDS);
  if (today.length >= vpn.repairsPerDay) return "daily-limit";
  const last = today.at(-1);
  const backOffSeconds = vpn.repairBackOffSeconds * 2 ** (today.length - 1);
  return last !== undefined && now - last.at < backOffSeconds ? "back-off" : null;
}

const nextKind = ({ repairs }: TunnelMemory): RepairKind =>
  repairs.at(-1)?.kind === "reset-azure" ? "replace-aws" : "reset-azure";
