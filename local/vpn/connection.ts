/** A VPN connection at AWS and its tunnels, and what somebody has to say to have one. */
import { generatePreSharedKey } from "./pre-shared-key.ts";
import { defaultSettings, type TunnelSettings } from "./settings.ts";
import { type AzureEnd, canBeUp, type Instant, type Tunnel } from "./tunnel.ts";

export type KeyStorage = "Standard" | "SecretsManager";

export interface Connection {
  readonly vpnConnectionId: string;
  readonly customerGatewayId: string;
  readonly customerGatewayIp: string;
  readonly gateway: { readonly vpnGatewayId: string } | { readonly transitGatewayId: string };
  readonly routing: "bgp" | "static";
  readonly azureAsn: number;
  readonly awsAsn: number;
  /** CIDRs behind Azure: learnt by BGP, or static routes. */
  readonly remoteCidrs: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly tunnels: readonly Tunnel[];
  keyStorage: KeyStorage;
  state: "available" | "modifying" | "deleted";
  /** The outside IP of the tunnel that AWS is working on: one at a time, whatever `state` reads. */
  working: string | undefined;
}

export interface NewTunnel {
  readonly name: string;
  readonly outsideIp: string;
  /** A /30 in 169.254.0.0/16; the first address is AWS's, the second Azure's. */
  readonly insideCidr: string;
  readonly azure?: Pick<AzureEnd, "connectionId" | "gatewayId" | "localNetworkGatewayId"> &
    Partial<
      Pick<AzureEnd, "location" | "connectionMode"> & {
        /** Left out, it is the one that AWS's end has: somebody has set it. */
        readonly preSharedKey: string;
      }
    >;
  readonly settings?: Partial<Omit<TunnelSettings, "tunnelInsideCidr">>;
}

export interface NewConnection
  extends Pick<Connection, "vpnConnectionId" | "gateway">,
    Partial<
      Pick<
        Connection,
        | "customerGatewayId"
        | "customerGatewayIp"
        | "routing"
        | "azureAsn"
        | "awsAsn"
        | "remoteCidrs"
        | "tags"
        | "keyStorage"
      >
    > {
  readonly tunnels: readonly NewTunnel[];
}

/** Unless Azure's end is given another one, both hold the same new key; every tunnel that can be up is. */
export function openConnection(wanted: NewConnection, now: Instant): Connection {
  const { tunnels, ...given } = wanted;
  const routing = wanted.routing ?? "bgp";
  return {
    customerGatewayId: `cgw-${wanted.vpnConnectionId.replace(/^vpn-/, "")}`,
    customerGatewayIp: "203.0.113.20",
    azureAsn: 65_515,
    awsAsn: 64_512,
    remoteCidrs: ["10.10.0.0/16"],
    tags: {},
    keyStorage: "Standard",
    ...given,
    routing,
    tunnels: tunnels.map((tunnel) => openTunnel(tunnel, { ...wanted, routing }, now)),
    state: "available",
    working: undefined,
  };
}

function openTunnel(
  { name, outsideIp, insideCidr, azure, settings }: NewTunnel,
  { vpnConnectionId, routing }: { readonly vpnConnectionId: string; readonly routing: "bgp" | "static" },
  now: Instant,
): Tunnel {
  const preSharedKey = generatePreSharedKey();
  const tunnel: Tunnel = {
    name,
    vpnConnectionId,
    outsideIp,
    routing,
    aws: {
      settings: { ...defaultSettings, ...settings, tunnelInsideCidr: insideCidr },
      preSharedKey,
      endpoint: "in-service",
      pendingMaintenance: undefined,
      lastMaintenanceAt: undefined,
      telemetryHidden: false,
      shown: { ipsec: false, bgp: false, changedAt: now },
    },
    azure:
      azure === undefined
        ? undefined
        : {
            location: "uksouth",
            connectionMode: "Default",
            preSharedKey,
            ...azure,
            resetting: false,
            rekeying: false,
            silent: false,
            shown: "NotConnected",
          },
    cut: false,
    hung: undefined,
    bgpBroken: false,
    upSince: undefined,
    upBeforeMs: 0,
  };
  if (tunnel.azure !== undefined && canBeUp(tunnel)) {
    tunnel.upSince = now;
    tunnel.aws.shown = { ipsec: true, bgp: routing === "bgp", changedAt: now };
    tunnel.azure.shown = "Connected";
  }
  return tunnel;
}

/** The first usable address of the /30, AWS's own, or the second one, Azure's. */
export function insideAddress(insideCidr: string, end: "aws" | "azure"): string {
  const [, prefix, last] = /^(\d+\.\d+\.\d+\.)(\d+)\/30$/.exec(insideCidr) ?? [];
  if (prefix === undefined || last === undefined) throw new Error(`${insideCidr} is not a /30`);
  return `${prefix}${Number(last) + (end === "aws" ? 1 : 2)}`;
}
