/** What of the tunnels is deployed in AWS: their outside addresses, by which their logs name them. */
import type { LinkVpn } from "../link/vpn.ts";
import { ConfigError } from "../runtime/errors.ts";
import { type DeployedTunnels, desiredTunnels } from "../tunnels/desired.ts";
import type { KnownTunnel } from "./known.ts";

/** None where the link has none. Throws `ConfigError` when the link names other tunnels than those that were deployed. */
export function deployedTunnels(
  vpn: LinkVpn | undefined,
  deployed: DeployedTunnels | undefined,
): KnownTunnel[] {
  if (vpn === undefined) return [];
  if (deployed === undefined) throw new ConfigError("TUNNELS is missing: deploy again");
  return desiredTunnels(vpn, deployed).map(({ name, outsideIp }) => ({ name, outsideIp }));
}
