/** What is looked at when the tunnels are told of. */
import type { Condition } from "../alerts/condition.ts";
import type { LinkVpn } from "../link/vpn.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Health, isDoubtful } from "./health.ts";
import { DOUBT_SECONDS } from "./memory.ts";
import type { Wait } from "./repairs.ts";
import type { Memory, ObservedTunnel, TunnelMemory } from "./schema.ts";

export const CONCERN = "tunnels";

export interface TunnelsView {
  readonly vpn: LinkVpn;
  /** By name. */
  readonly observed: readonly ObservedTunnel[];
  /** With what is observed taken in. */
  readonly memory: Memory;
  /** False when there is nothing in it but that. */
  readonly remembers: boolean;
  readonly waits: readonly Wait[];
  readonly now: Instant;
  readonly linksTo: (tunnel: string) => Condition["links"];
}

export interface Told {
  readonly seen: ObservedTunnel;
  readonly known: TunnelMemory;
  readonly health: Health;
}

/** It is up in AWS, and has not been for long enough that the rest should be there too. */
export const isLagging = ({ now }: TunnelsView, { health, known: { doubtSince } }: Told): boolean =>
  isDoubtful(health) && now - (doubtSince ?? now) < DOUBT_SECONDS;
