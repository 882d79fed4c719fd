/** What a look at the tunnels is given, and what is planned and told by it; before a repair that is done once more. */
import type { Freeze } from "../freeze/schema.ts";
import type { LinkVpn } from "../link/vpn.ts";
import { type Tell, tellConditions } from "../reconcile/tell-conditions.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { Mender } from "./apply.ts";
import type { Observer } from "./observe.ts";
import { planTunnels, type TunnelsPlan } from "./plan.ts";
import type { EndsDiffer, Memory, ObservedTunnel } from "./schema.ts";
import { CONCERN, type TunnelsView } from "./view.ts";

export interface Watcher extends Observer, Mender {
  readonly vpn: LinkVpn;
  readonly aws: Observer["aws"];
  readonly hand: Observer["hand"];
  readonly linksTo: TunnelsView["linksTo"];
  /** Tells the alerts what holds now. */
  readonly tell: Tell;
  /**
   * Brings the hand the word about the freeze, and collects its notes, within that time; the answer is what a person
   * should look at.
   */
  readonly sweep: (freeze: Freeze, remainingMs: () => number) => Promise<readonly string[]>;
  readonly log: Log;
  readonly clock: Clock;
  /** Of the invocation. */
  readonly remainingMs: () => number;
}

export interface Seen {
  readonly observed: readonly ObservedTunnel[];
  readonly memory: Memory | null;
  readonly frozen: boolean;
  readonly endsDiffer?: readonly EndsDiffer[] | undefined;
  readonly now: Instant;
}

export const planOf = ({ vpn, desired, linksTo }: Watcher, seen: Seen): TunnelsPlan =>
  planTunnels({ vpn, desired, linksTo, ...seen });

/** The answer is what a person should look at. */
export const tellPlan = (
  watcher: Watcher,
  { conditions, complete }: TunnelsPlan,
  observedAt: Instant,
): Promise<readonly string[]> =>
  tellConditions(watcher, { concern: CONCERN, conditions, observedAt, complete });
