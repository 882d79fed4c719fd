/**
 * What AWS Health tells of VPN connections on the default bus: a notice when a replacement is complete, whoever asked
 * for it, and one of maintenance to come. Its times are RFC 1123, and it names the connection, not the tunnel.
 * https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-vpn-health-events.html
 */
import { randomInt, randomUUID } from "node:crypto";
import type { TunnelChange } from "../../vpn/changes.ts";
import type { VpnWorld } from "../../vpn/world.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";

export interface VpnHealthOptions {
  readonly world: VpnWorld;
  readonly region: string;
  /** Tells an event on the default bus, best effort. */
  readonly tell: (event: ServiceEvent) => void;
}

interface Notice {
  readonly eventTypeCode: string;
  readonly eventTypeCategory: "accountNotification" | "scheduledChange";
  readonly startAt: number;
  readonly text: string;
}

/** The answer ends it. */
export function tellVpnHealth({ world, region, tell }: VpnHealthOptions): () => void {
  return world.onChange((change) => {
    const notice = noticeOf(change);
    if (notice !== undefined) tell(healthEvent(change.tunnel.vpnConnectionId, notice, region, change.at));
  });
}

function noticeOf({ kind, tunnel, at }: TunnelChange): Notice | undefined {
  switch (kind) {
    case "endpoint-replaced":
      return {
        eventTypeCode: "AWS_VPN_REDUNDANCY_LOSS",
        eventTypeCategory: "accountNotification",
        startAt: at,
        text: "Your VPN connection had a momentary lapse of redundancy as one of two tunnel endpoints was replaced.",
      };
    case "maintenance-announced":
      return {
        eventTypeCode: "AWS_VPN_TUNNEL_ENDPOINT_MAINTENANCE",
        eventTypeCategory: "scheduledChange",
        startAt: tunnel.aws.pendingMaintenance?.autoAppliedAt ?? at,
        text: "A tunnel endpoint of your VPN connection has maintenance pending.",
      };
    case "shown-by-aws":
    case "shown-by-azure":
    case "key-refused":
    case "connection-deleted":
      return undefined;
  }
}

function healthEvent(vpnConnectionId: string, notice: Notice, region: string, at: number): ServiceEvent {
  const { eventTypeCode: code, eventTypeCategory, startAt, text } = notice;
  const rfc1123 = (instant: number) => new Date(instant).toUTCString();
  return {
    source: "aws.health",
    detailType: "AWS Health Event",
    resources: [vpnConnectionId],
    detail: {
      eventArn: `arn:aws:health:${region}::event/VPN/${code}/${code}-${at}-${randomInt(1e6, 1e7)}`,
      service: "VPN",
      eventTypeCode: code,
      eventTypeCategory,
      eventScopeCode: "ACCOUNT_SPECIFIC",
      communicationId: randomUUID(),
      statusCode: "open",
      eventRegion: region,
      startTime: rfc1123(startAt),
      lastUpdatedTime: rfc1123(at),
      eventDescription: [{ language: "en_US", latestDescription: text }],
      affectedEntities: [{ entityValue: vpnConnectionId }],
    },
  };
}
