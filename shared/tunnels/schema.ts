/**
 * The nouns of the tunnels concern. A tunnel has two ends, and what each says is kept apart: the ends may disagree,
 * and one that could not be asked says nothing, which is never "down".
 */
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";

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
  bgp: z.boolean(),
  ingressBytes: z.number().nonnegative(),
  egressBytes: z.number().nonnegative(),
});
export type AzureEnd = z.infer<typeof AzureEnd>;

/** The end in AWS. `absent`: AWS answered, and has no such connection or tunnel (any more). */
export interface AwsEnd {
  /** With BGP it is up only once BGP is. */
  readonly status: "up" | "down" | "absent";
  readonly acceptedRoutes: number;
  /** Moves with IKE, IPsec and BGP. */
  readonly changedAt: Instant | null;
  /** Of a tunnel with BGP that is down. */
  readonly ipsec: "up" | "down" | "unknown";
  /** As AWS says it: `available`, `modifying` and what else there may be. */
  readonly connectionState: string;
  readonly provisioning: "available" | "pending" | "failed" | "unknown";
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
  /** Since when it has carried nothing; null while it does, or did when it was last seen. */
  lostSince: At.nullable(),
  /** Since when the ends have disagreed. */
  disagreeSince: At.nullable(),
  /** Since when one end could not be asked. */
  unknownSince: At.nullable(),
  /** When it was lost lately, oldest first: as many as make a flapping tunnel. */
  losses: z.array(At),
  /** Of the last day, oldest first. */
  repairs: z.array(RepairRecord),
  maintenance: Maintenance.nullable(),
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

/** What the clouds do not remember. When it is lost, damping, back-off and the daily limit begin anew. */
export const Memory = z.object({
  /** Counts the writes: two runs at once cannot both build on the same one. 0: never written. */
  version: z.int().nonnegative(),
  tunnels: z.array(TunnelMemory),
  work: Work.nullable(),
});
export type Memory = z.infer<typeof Memory>;

export const NO_MEMORY: Memory = { version: 0, tunnels: [], work: null };
