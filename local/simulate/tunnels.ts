/** The tunnels of the simulated link, with the ids of what is deployed for each. */
import type { LinkPreSharedKeys } from "../../shared/link/pre-shared-keys.ts";
import type { LinkVpn } from "../../shared/link/vpn.ts";
import { InvariantError } from "../../shared/runtime/errors.ts";
import { desiredTunnels } from "../../shared/tunnels/desired.ts";
import { consoleLinks } from "../../shared/tunnels/links.ts";
import { link } from "./link.ts";

const { vpn } = link;
if (vpn?.preSharedKeys === undefined) throw new InvariantError("the simulated link lacks its tunnels");
export const VPN: LinkVpn = vpn;
export const KEY_POLICY: LinkPreSharedKeys = vpn.preSharedKeys;

export const TUNNELS = desiredTunnels(VPN, Object.fromEntries(VPN.connections.flatMap(idsOf)));
export const ALARM_PREFIX = "warrener-prod-";
export const linksTo = consoleLinks({ region: link.aws.region, desired: TUNNELS, alarmPrefix: ALARM_PREFIX });

function idsOf({ aws, tunnels }: LinkVpn["connections"][number]) {
  if (!("adopt" in aws)) throw new InvariantError("the simulated link creates a connection");
  return tunnels.map(({ name, outsideIp = "" }) => [name, { vpnConnectionId: aws.adopt, outsideIp }]);
}

/** Their connections in Azure. */
export const connectionId = (tunnel: string): string =>
  `/subscriptions/3c2b1a00-0000-4000-8000-000000000001/resourceGroups/network/providers/Microsoft.Network/connections/aws-${tunnel}`;
