/** What the world of tunnels tells those who listen: that something is now otherwise, and where; they look themselves. */
import type { Instant, Tunnel } from "./tunnel.ts";

export interface TunnelChange {
  readonly kind:
    | "shown-by-aws"
    | "shown-by-azure"
    /** One attempt to negotiate has failed for the key; another one follows. */
    | "key-refused"
    | "endpoint-replaced"
    | "maintenance-announced"
    | "connection-deleted";
  readonly tunnel: Readonly<Tunnel>;
  readonly at: Instant;
}

export type ChangeListener = (change: TunnelChange) => void;
