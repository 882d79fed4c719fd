/** Where a person looks at a tunnel: AWS's console. */
import type { Link } from "../alerts/condition.ts";
import { tunnelAlarm } from "../runtime/deployed-names.ts";
import type { DesiredTunnel } from "./schema.ts";

export interface Places {
  readonly region: string;
  readonly desired: readonly DesiredTunnel[];
  readonly alarmPrefix: string;
}

export function consoleLinks({ region, desired, alarmPrefix }: Places): (tunnel: string) => Link[] {
  const console = `https://${region}.console.aws.amazon.com`;
  return (name) => {
    const tunnel = desired.find((one) => one.name === name);
    if (tunnel === undefined) return [];
    const alarm = encodeURIComponent(`${alarmPrefix}${tunnelAlarm(name)}`);
    return [
      {
        text: `VPN connection of ${name}`,
        url: `${console}/vpcconsole/home?region=${region}#VpnConnectionDetails:VpnConnectionId=${tunnel.vpnConnectionId}`,
      },
      {
        text: `Alarm of ${name}`,
        url: `${console}/cloudwatch/home?region=${region}#alarmsV2:alarm/${alarm}`,
      },
    ];
  };
}
