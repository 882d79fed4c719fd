/// <reference path="../.sst/platform/config.d.ts" />
/** The function that watches the link's tunnels, what wakes it, and exactly what it may do. */
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { createEventRule, eventRuleArn } from "./event-rule.ts";
import { type Journal, keepStanding } from "./journal.ts";
import { withinLimit } from "./lambda-environment.ts";
import { lambdaRoleArn, type Permission, proveIdentityTo } from "./lambda-role.ts";
import { alarmPrefix, stageName, tokenAudience } from "./names.ts";
import { createScheduledFunction, EACH_MINUTE, type Scheduled } from "./scheduled-function.ts";
import { tunnelAlarmsArnPrefix } from "./tunnel-alarms.ts";
import type { Vpn } from "./vpn.ts";

const CONCERN = DEPLOYED.watchTunnels;

export interface TunnelParts {
  vpn: Vpn;
  journal: Journal;
  bus: Bus;
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
}

/** The ARNs of the rules, known before they exist. */
export const tunnelRuleArns = (): $util.Output<string>[] =>
  Object.values(RULES)
    .filter(({ mayBeKept }) => mayBeKept)
    .map(({ thing }) => eventRuleArn(thing, "default-bus"));

export const watchTunnelsRoleArn = (): $util.Output<string> => lambdaRoleArn(CONCERN);

export function watchTunnels(parts: TunnelParts): Scheduled {
  const { vpn, journal, bus, hand, deadLetterArn } = parts;
  const watch = createScheduledFunction({
    logicalName: "WatchTunnels",
    concern: CONCERN,
    description: "Watches the link's tunnels from both ends, tells what hurts, and mends what can be mended.",
    environment: withinLimit(
      stageName(CONCERN),
      {
        JOURNAL_TABLE: journal.name,
        BUS_NAME: bus.name,
        HAND_URL: $interpolate`https://${hand}/api`,
        TOKEN_AUDIENCE: tokenAudience(),
        TUNNELS: $jsonStringify(Object.fromEntries(vpn.tunnels)),
        ALARM_PREFIX: alarmPrefix(),
        OWN_ROLE: watchTunnelsRoleArn(),
      },
      "Name fewer tunnels in one link, or give them shorter names.",
    ),
    permissions: [
      ...watchConnections(vpn),
      ...keepStanding(journal),
      tellChanges(bus),
      proveIdentityTo(tokenAudience()),
    ],
    deadLetterArn,
    timeout: "2 minutes",
    schedule: EACH_MINUTE,
    afterFailure: "next-run",
  });
  for (const { pattern, mayBeKept, ...rule } of Object.values(RULES)) {
    const kept = mayBeKept ? { deadLetterArn } : {};
    createEventRule({ ...rule, pattern: pattern(), start: watch, ...kept });
  }
  return watch;
}

/**
 * EC2 cannot be told which connections may be described. Whoever may describe one may read pre-shared keys that are
 * not in Secrets Manager: the function drops them before it keeps anything (docs/security.md).
 */
function watchConnections({ connectionArns }: Vpn): Permission[] {
  return [
    { actions: ["ec2:DescribeVpnConnections"], resources: ["*"] },
    {
      actions: ["ec2:GetActiveVpnTunnelStatus", "ec2:GetVpnTunnelReplacementStatus", "ec2:ReplaceVpnTunnel"],
      resources: connectionArns,
    },
  ];
}

/** What wakes it before its minute is over; each says only that it is time to look. */
const RULES = {
  alarms: {
    logicalName: "TunnelAlarmChanged",
    thing: "tunnel-alarm-changed",
    description: "An alarm of the link's tunnels has changed its state.",
    mayBeKept: true,
    pattern: () => ({
      source: ["aws.cloudwatch"],
      "detail-type": ["CloudWatch Alarm State Change"],
      resources: [{ prefix: tunnelAlarmsArnPrefix() }],
    }),
  },
  health: {
    logicalName: "VpnHealth",
    thing: "vpn-health",
    description: "AWS tells of Site-to-Site VPN: lost redundancy, replaced endpoints, maintenance.",
    mayBeKept: true,
    pattern: () => ({
      source: ["aws.health"],
      "detail-type": ["AWS Health Event"],
      detail: { service: ["VPN"] },
    }),
  },
  changes: {
    logicalName: "VpnChanged",
    thing: "vpn-changed",
    description: "Somebody has changed a VPN connection, or this function has.",
    // A pre-shared key may stand in it: nothing that lasts may hold such an event, and the next run makes up for it.
    mayBeKept: false,
    pattern: () => ({
      source: ["aws.ec2"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: { eventSource: ["ec2.amazonaws.com"], eventName: CHANGES, errorCode: [{ exists: false }] },
    }),
  },
};

/** Every call that can take a tunnel down, or its routes away. */
const CHANGES = [
  "DeleteVpnConnection",
  "DeleteVpnConnectionRoute",
  "ModifyVpnConnection",
  "ModifyVpnConnectionOptions",
  "ModifyVpnTunnelCertificate",
  "ModifyVpnTunnelOptions",
  "ReplaceVpnTunnel",
];
