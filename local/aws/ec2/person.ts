/**
 * What a network administrator does to a VPN in the console: the same changes as the service's own operations, with
 * the person's session in what CloudTrail tells of them.
 */
import type { VpnWorld } from "../../vpn/world.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import type { Place } from "./answers.ts";
import { type Actor, type ChangingCall, cloudTrailEvent } from "./cloud-trail.ts";

export interface PersonOptions extends Place {
  readonly world: VpnWorld;
  readonly tell: (event: ServiceEvent) => void;
}

/** Tunnels are named as the link names them. Throws where the console would show an error. */
export interface Person {
  replaceTunnel(name: string): void;
  /** Puts another pre-shared key on AWS's end alone, so that the tunnel stays down. */
  changeKey(name: string, preSharedKey: string): void;
  deleteConnection(vpnConnectionId: string): void;
}

export function networkAdministrator(options: PersonOptions): Person {
  const { world, region, accountId, tell } = options;
  const actor = actorIn(accountId);
  const record = (eventName: ChangingCall, parameters: Readonly<Record<string, unknown>>) =>
    tell(
      cloudTrailEvent({
        eventName,
        actor,
        parameters,
        refused: undefined,
        region,
        accountId,
        at: world.now(),
      }),
    );
  const replace = (name: string, change: () => void) => {
    if (!world.replaceEndpoint(world.tunnel(name), { change, maintenance: false })) {
      throw new Error(`the connection of ${name} cannot be modified now`);
    }
  };
  const about = (name: string) => {
    const { vpnConnectionId, outsideIp } = world.tunnel(name);
    return { VpnConnectionId: vpnConnectionId, VpnTunnelOutsideIpAddress: outsideIp };
  };
  return {
    replaceTunnel(name) {
      replace(name, () => {});
      record("ReplaceVpnTunnel", about(name));
    },
    changeKey(name, preSharedKey) {
      replace(name, () => {
        world.tunnel(name).aws.preSharedKey = preSharedKey;
      });
      record("ModifyVpnTunnelOptions", { ...about(name), TunnelOptions: { PreSharedKey: preSharedKey } });
    },
    deleteConnection(vpnConnectionId) {
      const connection = world.connection(vpnConnectionId);
      if (connection === undefined) throw new Error(`there is no connection ${vpnConnectionId}`);
      world.deleteConnection(connection);
      record("DeleteVpnConnection", { VpnConnectionId: vpnConnectionId });
    },
  };
}

/** As AWS IAM Identity Center names roles and sessions. */
function actorIn(accountId: string): Actor {
  const role = "AWSReservedSSO_NetAdmin_0123456789abcdef";
  return {
    sessionArn: `arn:aws:sts::${accountId}:assumed-role/${role}/alice@example.com`,
    roleArn: `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/eu-west-2/${role}`,
    userAgent: "console.amazonaws.com",
  };
}
