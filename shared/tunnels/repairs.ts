/**
 * Which tunnel is mended next, and how: the Azure connection is reset first, then the AWS endpoint replaced, by turns.
 * At most one repair, and only of a tunnel that both ends were asked about and that carries nothing: so never of one
 * that is healthy, whether it is the last one or not.
 */
import type { LinkVpn } from "../link/vpn.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { healthOf, isBusy, isLost, isUnsure } from "./health.ts";
import { isInTime, memoryOf } from "./memory.ts";
import type { EndsDiffer, Memory, ObservedTunnel, Repair, RepairKind, TunnelMemory } from "./schema.ts";

/** Why a lost tunnel is not mended now. */
export type WaitReason =
  | "repair-off"
  | "frozen"
  /** We are at work on a tunnel. */
  | "work-under-way"
  /** Somebody else is changing a tunnel, or a cloud is. */
  | "tunnel-busy"
  /** One of its ends could not be asked, or not for all. */
  | "cannot-tell"
  /** What was done before cannot be read. */
  | "memory-unreadable"
  /** AWS has no such tunnel: nothing of ours could bring it back. */
  | "absent"
  /** Its ends have different pre-shared keys: no reset and no other endpoint would bring it up. */
  | "ends-differ"
  /** It has not been down for long enough. */
  | "may-recover"
  /** The last repair was not long enough ago. */
  | "back-off"
  | "daily-limit"
  /** Another tunnel is mended first. */
  | "other-first"
  /** It is due, and another one has held the link's lease for longer than a run lasts. */
  | "lease-held"
  /** It is due, and no run has had the time for it for a while. */
  | "no-time-left";

export interface Wait {
  readonly tunnel: string;
  readonly reason: WaitReason;
}

export interface RepairPlan {
  readonly repair: Repair | null;
  /** Of each tunnel that is lost and not mended now, or could not be for a while, by name. */
  readonly waits: readonly Wait[];
}

export interface RepairView {
  readonly vpn: LinkVpn;
  readonly observed: readonly ObservedTunnel[];
  readonly memory: Memory;
  /** False when what was remembered cannot be read. */
  readonly remembers: boolean;
  readonly frozen: boolean;
  readonly endsDiffer: readonly EndsDiffer[];
  readonly now: Instant;
}

/** As long as a run may take: a lease that is held for no longer is that of a run which is at it. */
const HELD_UP_SECONDS = 120;

/** The ends are compared each minute, and that is written down every five. */
const COMPARED_SECONDS = 600;

export function planRepair(view: RepairView): RepairPlan {
  const lost = view.observed
    .filter((tunnel) => isLost(healthOf(tunnel)))
    .map((tunnel) => ({ tunnel, known: memoryOf(view.memory, tunnel.name) }))
    .sort((one, other) => byTurn(one.known, other.known, view.now));
  const general = generalWait(view);
  const weighed = lost.map(({ tunnel, known }) => ({
    known,
    reason: general ?? ownWait(view, tunnel, known),
  }));
  const next = weighed.find(({ reason }) => reason === null)?.known;
  const heldUp = heldUpReason(view);
  const waits = weighed
    .filter(({ known }) => known !== next || heldUp !== null)
    .map(({ known, reason }): Wait => {
      const own = known === next ? heldUp : reason;
      return { tunnel: known.name, reason: own ?? "other-first" };
    })
    .sort((one, other) => compareText(one.tunnel, other.tunnel));
  return { repair: next === undefined ? null : { tunnel: next.name, kind: nextKind(next) }, waits };
}

/** Those that were tried least first, so that one which nothing helps does not keep the others waiting; then by age. */
const byTurn = (one: TunnelMemory, other: TunnelMemory, now: Instant): number =>
  one.repairs.length - other.repairs.length ||
  (one.lostSince ?? now) - (other.lostSince ?? now) ||
  compareText(one.name, other.name);

const heldUpReason = ({ memory: { heldUp }, now }: RepairView): WaitReason | null =>
  heldUp !== null && now - heldUp.since >= HELD_UP_SECONDS ? heldUp.reason : null;

function generalWait({ vpn, frozen, remembers, memory, observed, now }: RepairView): WaitReason | null {
  if (vpn.repair === "off") return "repair-off";
  if (frozen) return "frozen";
  if (!remembers) return "memory-unreadable";
  if (memory.work !== null && isInTime(memory.work, now)) return "work-under-way";
  return observed.some(isBusy) ? "tunnel-busy" : null;
}

function ownWait(
  { vpn, endsDiffer, now }: RepairView,
  tunnel: ObservedTunnel,
  known: TunnelMemory,
): WaitReason | null {
  if (healthOf(tunnel) === "absent") return "absent";
  if (isUnsure(tunnel)) return "cannot-tell";
  if (vpn.preSharedKeys !== undefined && endsDiffer.some((its) => isNews(its, tunnel.name, now)))
    return "ends-differ";
  if (now - (known.lostSince ?? now) < vpn.repairAfterSeconds) return "may-recover";
  // Those of more than a day ago are remembered no more.
  const today = known.repairs;
  if (today.length >= vpn.repairsPerDay) return "daily-limit";
  const last = today.at(-1);
  const backOffSeconds = vpn.repairBackOffSeconds * 2 ** (today.length - 1);
  return last !== undefined && now - last.at < backOffSeconds ? "back-off" : null;
}

/** What nobody has looked at since, as whatever looks after keys does not run, is no reason to leave a tunnel down. */
const isNews = ({ tunnel, comparedAt }: EndsDiffer, name: string, now: Instant): boolean =>
  tunnel === name && now - comparedAt < COMPARED_SECONDS;

const nextKind = ({ repairs }: TunnelMemory): RepairKind =>
  repairs.at(-1)?.kind === "reset-azure" ? "replace-aws" : "reset-azure";
