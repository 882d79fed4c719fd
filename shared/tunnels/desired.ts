/** The tunnels that the link names, each with the ids of what is deployed for it. */
import * as z from "zod";
import type { LinkVpn } from "../link/vpn.ts";
import { ConfigError } from "../runtime/errors.ts";
import type { DesiredTunnel } from "./schema.ts";

/** What the deployment knows of each tunnel, by its name: AWS chooses the address of one that it creates. */
export const DeployedTunnels = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: "custom", message: "is not JSON", input: text });
      return z.NEVER;
    }
  })
  .pipe(
    z.record(
      z.string(),
      z.object({ vpnConnectionId: z.string().startsWith("vpn-"), outsideIp: z.string().min(1) }),
    ),
  );
export type DeployedTunnels = z.output<typeof DeployedTunnels>;

/** By name. Throws `ConfigError` when the link names other tunnels than those that were deployed. */
export function desiredTunnels(vpn: LinkVpn, deployed: DeployedTunnels): readonly DesiredTunnel[] {
  const tunnels = vpn.connections.flatMap(({ name: connection, routing, tunnels }) =>
    tunnels.map(({ name }): DesiredTunnel => {
      const ids = Object.hasOwn(deployed, name) ? deployed[name] : undefined;
      if (ids === undefined)
        throw new ConfigError(`TUNNELS names no ids for the tunnel ${name} of the link: deploy again`);
      const { vpnConnectionId, outsideIp } = ids;
      return { name, connection, vpnConnectionId, outsideIp, routing };
    }),
  );
  return tunnels.sort((one, other) => (one.name < other.name ? -1 : 1));
}
