/**
 * What the device at the other end is to be set up with, as AWS writes it: the pre-shared keys are in it. The
 * elements are those of a published answer: https://github.com/ansible/ansible/issues/67094
 */
import { type Connection, insideAddress } from "../../vpn/connection.ts";
import type { Tunnel } from "../../vpn/tunnel.ts";
import { xmlOf } from "./wire.ts";

export function customerGatewayConfiguration(connection: Connection): string {
  const { vpnConnectionId, customerGatewayId, gateway, routing, tunnels } = connection;
  const head = xmlOf({
    customer_gateway_id: customerGatewayId,
    ...("vpnGatewayId" in gateway
      ? { vpn_gateway_id: gateway.vpnGatewayId }
      : { transit_gateway_id: gateway.transitGatewayId }),
    vpn_connection_type: "ipsec.1",
    ...(routing === "static" ? { vpn_connection_attributes: "NoBGPVPNConnection" } : {}),
  });
  const body = tunnels.map((tunnel) => xmlOf({ ipsec_tunnel: tunnelXml(connection, tunnel) })).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<vpn_connection id="${vpnConnectionId}">${head}${body}</vpn_connection>`;
}

function tunnelXml(connection: Connection, { outsideIp, aws }: Tunnel) {
  const { settings, preSharedKey } = aws;
  const end = (outside: string, which: "aws" | "azure", asn: number) => ({
    tunnel_outside_address: { ip_address: outside },
    tunnel_inside_address: {
      ip_address: insideAddress(settings.tunnelInsideCidr, which),
      network_mask: "255.255.255.252",
      network_cidr: 30,
    },
    ...(connection.routing === "bgp" ? { bgp: { asn, hold_time: 30 } } : {}),
  });
  return {
    customer_gateway: end(connection.customerGatewayIp, "azure", connection.azureAsn),
    vpn_gateway: end(outsideIp, "aws", connection.awsAsn),
    ike: {
      lifetime: settings.phase1LifetimeSeconds,
      ...(connection.keyStorage === "Standard" ? { pre_shared_key: preSharedKey } : {}),
    },
    ipsec: { protocol: "esp", lifetime: settings.phase2LifetimeSeconds },
  };
}
