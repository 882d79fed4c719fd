/**
 * The nouns of the tunnels concern. A tunnel has two ends, and what each says is kept apart: the ends may disagree,
 * and one that could not be asked says nothing, which is never "down".
 */
import * as z from "zod";

export const TunnelName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);

/** One tunnel that the link names, with the ids of what is deployed. */
export interface DesiredTunnel {
  readonly name: string;
  /** The link's name of its AWS VPN connection. */
  readonly connection: string;
  readonly vpnConnectionId: string;
  /** Of AWS's end; what joins both ends. */
  readonly outsideIp: string;
  readonly routing: "bgp" | "static";
}

/** The end in Azure, in words of our own; it may lag behind by minutes. */
export const AzureEnd = z.strictObject({
  /** The address of the other end, as Azure's local network gateway has it. */
  outsideIp: z.string().max(45),
  status: z.enum(["connected", "connecting", "not-connected", "unknown"]),
  provisioning: z.enum(["succeeded", "updating", "creating", "deleting", "failed", "canceled", "unknown"]),
  /** Whether it is to speak BGP at all. */
  bgp: z.boolean(),
});
export type AzureEnd = z.infer<typeof AzureEnd>;

/** The end in AWS. `absent`: AWS answered, and has no such connection or tunnel (any more). */
export interface AwsEnd {
  /** With BGP it is up only once BGP is. */
  readonly status: "up" | "down" | "absent";
  /** How many AWS has taken from Azure by BGP; null without BGP, and when AWS has not said. */
  readonly acceptedRoutes: number | null;
  /** Of a tunnel with BGP that is down. */
  readonly ipsec: "up" | "down" | "unknown";
  /** As AWS says it: `available`, `modifying` and what else there may be. */
  readonly connectionState: string;
  readonly provisioning: "available" | "pending" | "failed" | "unknown";
  /** Why no more could be found out of one that is down: the code. Null when nothing is missing. */
  readonly unknownDetail: string | null;
}

/** It could not be found out; the code says why. */
export interface CannotTell {
  readonly unknown: string;
}
export const cannotTell = (end: AwsEnd | AzureEnd | CannotTell | Maintenance): end is CannotTell =>
  "unknown" in end;

/** What AWS means to do to the tunnel's endpoint by itself. */
export const Maintenance = z.strictObject({
  pending: z.boolean(),
  /** When AWS does it at the latest; null when it has not said. */
  autoAppliedAt: z.int().nullable(),
});
export type Maintenance = z.infer<typeof Maintenance>;

/** A tunnel whose ends have different pre-shared keys, by the word of what looks after those. */
export interface EndsDiffer {
  readonly tunnel: string;
  /** When they were compared. */
  readonly comparedAt: number;
}

export interface ObservedTunnel {
  readonly name: string;
  readonly aws: AwsEnd | CannotTell;
  readonly azure: AzureEnd | CannotTell;
  /** Null when it was not asked for this time. */
  readonly maintenance: Maintenance | CannotTell | null;
}

/** In the order in which they are tried. */
export const RepairKind = z.enum(["reset-azure", "replace-aws"]);
export type RepairKind = z.infer<typeof RepairKind>;

export interface Repair {
  readonly tunnel: string;
  readonly kind: RepairKind;
}

const At = z.int().nonnegative();

/** A repair that was begun. `outcome` is null while nobody knows: its run may have died. */
const RepairRecord = z.object({ kind: RepairKind, at: At, outcome: z.string().max(120).nullable() });
/** The outcome of a repair that a cloud has taken on. */
export const BEGUN = "begun";
/** That of one of which nobody knows whether it was begun: its call failed otherwise than by a refusal. */
export const UNSURE = "unsure";
export type RepairRecord = z.infer<typeof RepairRecord>;

const TunnelMemory = z.object({
  name: z.string(),
  /** Since when it has carried nothing; null while AWS says that it is up, or did when AWS was last asked. */
  lostSince: At.nullable(),
  /** Since when it has not been up for certain, of one that was lost or in doubt for long. Both ends end it. */
  hurtSince: At.nullable().default(null),
  /** Since when it has been up in AWS and may carry nothing all the same. */
  doubtSince: At.nullable().default(null),
  /** Since when one end could not be asked. */
  unknownSince: At.nullable(),
  /** When it was lost lately, oldest first: as many as make a flapping tunnel. */
  losses: z.array(At),
  /** Of the last day, oldest first. */
  repairs: z.array(RepairRecord),
  maintenance: Maintenance.nullable(),
  /** Since when AWS could not be asked for it, and why not the last time. */
  maintenanceUnseen: z.object({ since: At, code: z.string() }).nullable().default(null),
  maintenanceDueAt: At,
});
export type TunnelMemory = z.infer<typeof TunnelMemory>;

/** A tunnel that is being worked on by us. Planned work takes a healthy one down, a repair finds it down. */
const Work = z.object({
  tunnel: z.string(),
  reason: z.enum(["repair", "planned"]),
  startedAt: At,
  /** Past this, it takes too long. */
  dueAt: At,
});
export type Work = z.infer<typeof Work>;

/** Why a repair that is due is not begun, run after run. */
const HeldUp = z.object({ reason: z.enum(["lease-held", "no-time-left"]), since: At });
export type HeldUp = z.infer<typeof HeldUp>;

/** What the clouds do not remember. When it is lost, damping, back-off and the daily limit begin anew. */
export const Memory = z.object({
  /** Counts the writes: two runs at once cannot both build on the same one. 0: never written. */
  version: z.int().nonnegative(),
  tunnels: z.array(TunnelMemory),
  work: Work.nullable(),
  heldUp: HeldUp.nullable().default(null),
  /** The worst that was told since a tunnel has been unsteady; null while none is. */
  worst: z.enum(["critical", "warning"]).nullable().default(null),
});
export type Memory = z.infer<typeof Memory>;

export const NO_MEMORY: Memory = { version: 0, tunnels: [], work: null, heldUp: null, worst: null };
