/** AWS's VPN connections, as a port. Nothing that it returns holds a key. The adapter is in aws.ts. */
import type { DesiredTunnel, Maintenance } from "./schema.ts";

export interface AwsTelemetry {
  readonly status: "up" | "down";
  /** Null when AWS did not say. */
  readonly acceptedRoutes: number | null;
}

export interface AwsConnection {
  readonly state: string;
  /** The outside addresses of its tunnels; null when AWS did not say. */
  readonly addresses: ReadonlySet<string> | null;
  /** By outside address. AWS may say nothing of a tunnel that is there. */
  readonly telemetry: ReadonlyMap<string, AwsTelemetry>;
}

export interface AwsActiveStatus {
  readonly ipsec: "up" | "down";
  readonly provisioning: "available" | "pending" | "failed" | "unknown";
}

/** Each method throws `CloudError` when it cannot tell. */
export interface AwsTunnels {
  /** By id, in one call; what AWS does not have is left out, and what it answers that nobody can read is null. */
  describe(ids: readonly string[]): Promise<ReadonlyMap<string, AwsConnection | null>>;
  activeStatus(tunnel: DesiredTunnel): Promise<AwsActiveStatus>;
  maintenance(tunnel: DesiredTunnel): Promise<Maintenance>;
  /** Begins the replacement of the tunnel's endpoint; the tunnel is down until it is over. */
  replace(tunnel: DesiredTunnel): Promise<"begun" | { readonly refused: string }>;
}
