/**
 * The tunnel activity log of Site-to-Site VPN in its JSON format: one stream for each tunnel, and what an end says of a
 * negotiation. No line holds a key.
 * https://docs.aws.amazon.com/vpn/latest/s2svpn/log-contents.html
 */
import type { TunnelChange } from "../../vpn/changes.ts";
import { connectionOf } from "../../vpn/sound.ts";
import type { Tunnel } from "../../vpn/tunnel.ts";
import type { VpnWorld } from "../../vpn/world.ts";
import type { LogLine } from "../log-store.ts";

export interface TunnelLogOptions {
  readonly world: VpnWorld;
  /** By the tunnel's outside IP: the log group that its options name; undefined where it has no log. */
  readonly groupOf: (outsideIp: string) => string | undefined;
  readonly write: (group: string, stream: string, lines: readonly LogLine[]) => void;
}

/** The answer ends it. */
export function logTunnels({ world, groupOf, write }: TunnelLogOptions): () => void {
  return world.onChange(({ kind, tunnel, at }) => {
    const group = groupOf(tunnel.outsideIp);
    if (group === undefined) return;
    const details = detailsOf(kind, tunnel, connectionOf(world, tunnel).customerGatewayIp);
    if (details.length === 0) return;
    const lines = details.map((text) => ({ timestamp: at, message: lineOf(text, tunnel, at) }));
    write(group, streamOf(tunnel), lines);
  });
}

const streamOf = ({ vpnConnectionId, outsideIp }: Tunnel) => `${vpnConnectionId}_${outsideIp}-IKE.log`;

function detailsOf(kind: TunnelChange["kind"], tunnel: Tunnel, gateway: string): readonly string[] {
  switch (kind) {
    case "key-refused":
      return tunnel.aws.settings.ikeVersions.includes("ikev2")
        ? [
            `AWS tunnel detected a pre-shared key mismatch with cgw: ${gateway}`,
            "AWS tunnel is sending AUTHENTICATION_FAILED as the response",
          ]
        : ["AWS tunnel payload decryption was unsuccessful due to invalid Pre-shared Key"];
    case "shown-by-aws":
      return tunnel.cut && !tunnel.aws.shown.ipsec ? ["AWS tunnel DPD timed out after 3 retransmits"] : [];
    case "shown-by-azure":
    case "endpoint-replaced":
    case "maintenance-announced":
    case "connection-deleted":
      return [];
  }
}

function lineOf(details: string, { aws, upSince }: Tunnel, at: number): string {
  const state = upSince === undefined ? "down" : "established";
  return JSON.stringify({
    event_timestamp: Math.floor(at / 1000),
    timestamp: new Date(at).toISOString().replace("T", " "),
    details,
    dpd_enabled: aws.settings.dpdTimeoutAction !== "none",
    nat_t_detected: false,
    ike_phase1_state: state,
    ike_phase2_state: state,
  });
}
