/**
 * One tunnel with both its ends, as whoever may see everything sees it. The clouds each show their own view of it,
 * late; the keys are in here, so nothing of this may be written to a log as a whole.
 */
import type { TunnelSettings } from "./settings.ts";

export type Instant = number;

/** Where something is stuck, and so what heals it: a reset at Azure, a new endpoint at AWS, or either of them. */
export type Hung = "azure" | "aws" | "either";

export type AzureStatus = "Unknown" | "Connecting" | "Connected" | "NotConnected";

export interface AwsEnd {
  settings: TunnelSettings;
  preSharedKey: string;
  /** While a new endpoint is on its way the tunnel is down. */
  endpoint: "in-service" | "replacing" | "deleted";
  pendingMaintenance: { readonly autoAppliedAt: Instant } | undefined;
  lastMaintenanceAt: Instant | undefined;
  /** AWS leaves it out of the telemetry that it shows; nothing else changes. */
  telemetryHidden: boolean;
  /** What AWS shows. */
  shown: { readonly ipsec: boolean; readonly bgp: boolean; readonly changedAt: Instant };
}

export interface AzureEnd {
  /** Resource ids. */
  readonly connectionId: string;
  readonly gatewayId: string;
  readonly localNetworkGatewayId: string;
  readonly location: string;
  readonly connectionMode: "Default" | "ResponderOnly" | "InitiatorOnly";
  preSharedKey: string;
  resetting: boolean;
  /** A change of the key is under way; until its end the old one is there. */
  rekeying: boolean;
  /** The gateway does not say how it is. */
  silent: boolean;
  /** What Azure shows. */
  shown: AzureStatus;
}

export interface Tunnel {
  /** The link's name of it; one that the link does not use is named by its address. */
  readonly name: string;
  readonly vpnConnectionId: string;
  readonly outsideIp: string;
  readonly routing: "bgp" | "static";
  readonly aws: AwsEnd;
  /** AWS gives two tunnels to each connection; one of them may lead nowhere. */
  readonly azure: AzureEnd | undefined;
  /** Somebody cut it: nothing but a person heals that. */
  cut: boolean;
  hung: Hung | undefined;
  /** BGP does not come up, whatever IPsec does. */
  bgpBroken: boolean;
  /** IPsec is up, since when; undefined when it is not. */
  upSince: Instant | undefined;
  /** How long IPsec was up before. */
  upBeforeMs: number;
}

/** Whether IPsec can be up now: nothing in the way, the same key at both ends, and somebody who begins. */
export const canBeUp = (tunnel: Tunnel): boolean =>
  canNegotiate(tunnel) && tunnel.aws.preSharedKey === tunnel.azure?.preSharedKey;

/** Whether the ends talk to each other, and each refuses the other's key. */
export const isKeyRefused = (tunnel: Tunnel): boolean =>
  canNegotiate(tunnel) && tunnel.aws.preSharedKey !== tunnel.azure?.preSharedKey;

function canNegotiate({ aws, azure, cut, hung }: Tunnel): boolean {
  if (azure === undefined || cut || hung !== undefined) return false;
  return aws.endpoint === "in-service" && !azure.resetting && somebodyBegins(aws, azure);
}

/**
 * AWS always answers, and begins only with IKEv2 and the startup action `start`; Azure does both by default.
 * https://repost.aws/knowledge-center/vpn-tunnel-endpoint-replacement
 */
function somebodyBegins({ settings }: AwsEnd, { connectionMode }: AzureEnd): boolean {
  const awsBegins = settings.startupAction === "start" && settings.ikeVersions.includes("ikev2");
  return connectionMode !== "ResponderOnly" || awsBegins;
}

/** The metric `TunnelState`: with BGP it speaks of the session, not of IPsec. */
export function tunnelState({ routing, aws: { shown } }: Tunnel): 0 | 1 {
  return (routing === "bgp" ? shown.bgp : shown.ipsec) ? 1 : 0;
}

const bytesPerSecond = 1_500;

/** What went through it in each direction. */
export function transferredBytes({ upSince, upBeforeMs }: Tunnel, now: Instant): number {
  const upMs = upBeforeMs + (upSince === undefined ? 0 : now - upSince);
  return Math.floor((upMs / 1000) * bytesPerSecond);
}
