/** What EC2 shows of the world of tunnels, in the names of its wire. */
import type { Connection } from "../../vpn/connection.ts";
import { type Instant, type Tunnel, tunnelState } from "../../vpn/tunnel.ts";
import { customerGatewayConfiguration } from "./customer-gateway-configuration.ts";
import { keySecretArn } from "./key-secret.ts";
import type { Xml } from "./wire.ts";

export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export function connectionXml(connection: Connection, place: Place): Xml {
  const { vpnConnectionId, state, gateway, keyStorage, tunnels } = connection;
  return {
    vpnConnectionId,
    state,
    ...(state === "available"
      ? { customerGatewayConfiguration: customerGatewayConfiguration(connection) }
      : {}),
    type: "ipsec.1",
    customerGatewayId: connection.customerGatewayId,
    ...gateway,
    category: "VPN",
    gatewayAssociationState: "associated",
    ...(keyStorage === "SecretsManager" ? { preSharedKeyArn: keySecretArn(vpnConnectionId, place) } : {}),
    tagSet: Object.entries(connection.tags).map(([key, value]) => ({ key, value })),
    vgwTelemetry: tunnels
      .filter(({ aws }) => !aws.telemetryHidden)
      .map((tunnel) => telemetry(connection, tunnel)),
    routes: connection.routing === "static" ? connection.remoteCidrs.map(staticRoute) : [],
    options: {
      enableAcceleration: false,
      staticRoutesOnly: connection.routing === "static",
      localIpv4NetworkCidr: "0.0.0.0/0",
      remoteIpv4NetworkCidr: "0.0.0.0/0",
      outsideIpAddressType: "PublicIpv4",
      tunnelInsideIpVersion: "ipv4",
      tunnelBandwidth: "standard",
      tunnelOptionSet: tunnels.map((tunnel) => tunnelOption(connection, tunnel)),
    },
  };
}

/** BGP routes are those that Azure announces; the messages are quoted by users, not by a document. */
function telemetry({ remoteCidrs }: Connection, tunnel: Tunnel): Xml {
  const { shown } = tunnel.aws;
  const up = tunnelState(tunnel) === 1;
  const routes = shown.bgp ? remoteCidrs.length : 0;
  const ipsec = shown.ipsec ? "IPSEC IS UP" : "IPSEC IS DOWN";
  return {
    acceptedRouteCount: routes,
    lastStatusChange: instant(shown.changedAt),
    outsideIpAddress: tunnel.outsideIp,
    status: up ? "UP" : "DOWN",
    statusMessage: shown.bgp ? `${routes} BGP ROUTES` : up ? "" : ipsec,
  };
}

function tunnelOption({ keyStorage }: Connection, { outsideIp, aws }: Tunnel): Xml {
  const { settings, preSharedKey } = aws;
  const values = (all: readonly (string | number)[]) => all.map((value) => ({ value }));
  return {
    outsideIpAddress: outsideIp,
    tunnelInsideCidr: settings.tunnelInsideCidr,
    ...(keyStorage === "Standard" ? { preSharedKey } : {}),
    phase1LifetimeSeconds: settings.phase1LifetimeSeconds,
    phase2LifetimeSeconds: settings.phase2LifetimeSeconds,
    rekeyMarginTimeSeconds: settings.rekeyMarginTimeSeconds,
    rekeyFuzzPercentage: settings.rekeyFuzzPercentage,
    replayWindowSize: settings.replayWindowSize,
    dpdTimeoutSeconds: settings.dpdTimeoutSeconds,
    dpdTimeoutAction: settings.dpdTimeoutAction,
    phase1EncryptionAlgorithmSet: values(settings.phase1EncryptionAlgorithms),
    phase2EncryptionAlgorithmSet: values(settings.phase2EncryptionAlgorithms),
    phase1IntegrityAlgorithmSet: values(settings.phase1IntegrityAlgorithms),
    phase2IntegrityAlgorithmSet: values(settings.phase2IntegrityAlgorithms),
    phase1DHGroupNumberSet: values(settings.phase1DhGroupNumbers),
    phase2DHGroupNumberSet: values(settings.phase2DhGroupNumbers),
    ikeVersionSet: values(settings.ikeVersions),
    startupAction: settings.startupAction,
    enableTunnelLifecycleControl: settings.enableTunnelLifecycleControl,
  };
}

/** Negotiated parameters are there only while IPsec is up; the strongest that both clouds take. */
export function activeStatusXml({ aws }: Tunnel): Xml {
  const provisioning =
    aws.endpoint === "replacing"
      ? { provisioningStatus: "pending", provisioningStatusReason: "The tunnel endpoint is being replaced." }
      : { provisioningStatus: "available" };
  if (!aws.shown.ipsec) return provisioning;
  return {
    phase1EncryptionAlgorithm: "AES256",
    phase2EncryptionAlgorithm: "AES256-GCM-16",
    phase1IntegrityAlgorithm: "SHA2-256",
    phase2IntegrityAlgorithm: "SHA2-256",
    phase1DHGroup: 14,
    phase2DHGroup: 14,
    ikeVersion: "ikev2",
    ...provisioning,
  };
}

export function replacementStatusXml(connection: Connection, { outsideIp, aws }: Tunnel): Xml {
  const { pendingMaintenance, lastMaintenanceAt } = aws;
  return {
    vpnConnectionId: connection.vpnConnectionId,
    ...connection.gateway,
    customerGatewayId: connection.customerGatewayId,
    vpnTunnelOutsideIpAddress: outsideIp,
    maintenanceDetails: {
      pendingMaintenance: pendingMaintenance === undefined ? "None" : "Available",
      ...(pendingMaintenance === undefined
        ? {}
        : { maintenanceAutoAppliedAfter: instant(pendingMaintenance.autoAppliedAt) }),
      ...(lastMaintenanceAt === undefined ? {} : { lastMaintenanceApplied: instant(lastMaintenanceAt) }),
    },
  };
}

const staticRoute = (destinationCidrBlock: string): Xml => ({
  destinationCidrBlock,
  source: "Static",
  state: "available",
});

const instant = (at: Instant) => new Date(at).toISOString();
