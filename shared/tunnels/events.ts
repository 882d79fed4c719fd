/**
 * What an event says: to look now, and nothing more. What is found by looking decides; so an event in a form that
 * nobody knows is looked into all the same, one that is plainly none of the link's is passed over, and no event can
 * crash a run. Either way the log has the reason.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 * https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-vpn-health-events.html
 */
import { TUNNELS_ALARM, tunnelAlarm } from "../runtime/deployed-names.ts";
import type { DesiredTunnel } from "./schema.ts";

export type LookReason =
  | "schedule"
  | "tunnel-alarm"
  /** Of all tunnels together. */
  | "composite-alarm"
  /** An alarm of ours that was made into another kind by somebody. */
  | "changed-alarm"
  | "health-event"
  | "changed-by-others"
  /** Of a kind that is known, without a field that it should have. */
  | "incomplete-event"
  | "unknown-event";

export type PassReason =
  /** Of a tunnel or of a thing that the link does not name. */
  | "not-ours"
  /** Somebody muted the alarm; the sweep looks anyway. */
  | "alarm-muted"
  | "alarm-suppressed"
  /** Nothing was changed by it. */
  | "failed-call"
  /** Our own repair. */
  | "own-change"
  | "other-service";

export type Heard =
  | { readonly look: true; readonly reason: LookReason; readonly askMaintenance: boolean }
  | { readonly look: false; readonly reason: PassReason };

export interface Listening {
  readonly desired: readonly DesiredTunnel[];
  /** What the names of all alarms of this deployment begin with. */
  readonly alarmPrefix: string;
  /** ARNs of the roles under which this deployment changes tunnels, as IAM has them. */
  readonly ownRoles: readonly string[];
}

export function hear(listening: Listening, event: unknown): Heard {
  const source = at(event, "source");
  if (source === undefined && isEmpty(event)) return look("schedule");
  if (source === "aws.cloudwatch") return hearAlarm(listening, event);
  if (source === "aws.health") return hearHealth(listening, event);
  return source === "aws.ec2" ? hearCall(listening, event) : look("unknown-event");
}

function hearAlarm({ desired, alarmPrefix }: Listening, event: unknown): Heard {
  if (at(event, "detail-type") !== "CloudWatch Alarm State Change") return look("unknown-event");
  const name = at(event, "detail", "alarmName");
  if (typeof name !== "string") return look("incomplete-event");
  const tunnel = desired.find((one) => name === `${alarmPrefix}${tunnelAlarm(one.name)}`);
  if (tunnel === undefined && name !== `${alarmPrefix}${TUNNELS_ALARM}`) return pass("not-ours");
  // The event comes although the alarm's actions are held back.
  if (at(event, "detail", "muteDetail") !== undefined) return pass("alarm-muted");
  const suppressed = at(event, "detail", "state", "actionsSuppressedBy");
  if (suppressed !== undefined && suppressed !== null) return pass("alarm-suppressed");
  if (tunnel === undefined) return look("composite-alarm");
  return hearMetrics(tunnel, event);
}

function hearMetrics({ outsideIp }: DesiredTunnel, event: unknown): Heard {
  const metrics = at(event, "detail", "configuration", "metrics");
  if (metrics === undefined) {
    const composite = at(event, "detail", "configuration", "alarmRule") !== undefined;
    return look(composite ? "changed-alarm" : "incomplete-event");
  }
  const [metric, ...more] = Array.isArray(metrics) ? metrics : [];
  const address = at(metric, "metricStat", "metric", "dimensions", "TunnelIpAddress");
  if (more.length > 0 || address === undefined) return look("changed-alarm");
  return address === outsideIp ? look("tunnel-alarm") : pass("not-ours");
}

function hearHealth(listening: Listening, event: unknown): Heard {
  const service = at(event, "detail", "service");
  if (service !== undefined && service !== "VPN") return pass("other-service");
  const entities = at(event, "detail", "affectedEntities");
  const named = (Array.isArray(entities) ? entities : []).map((entity) => at(entity, "entityValue"));
  if (named.length > 0 && !named.some((id) => isOurs(listening, id))) return pass("not-ours");
  return { ...look(service === undefined ? "incomplete-event" : "health-event"), askMaintenance: true };
}

/** Somebody's change of a tunnel, by CloudTrail. */
function hearCall(listening: Listening, event: unknown): Heard {
  const failed = at(event, "detail", "errorCode");
  if (failed !== undefined && failed !== null) return pass("failed-call");
  // The session's name is its caller's to choose; the role that issued it is not.
  const role = at(event, "detail", "userIdentity", "sessionContext", "sessionIssuer", "arn");
  if (typeof role === "string" && listening.ownRoles.includes(role)) return pass("own-change");
  const incomplete = { ...look("incomplete-event"), askMaintenance: true };
  const parameters = at(event, "detail", "requestParameters");
  if (parameters === undefined || parameters === null) return incomplete;
  // Under which name the id stands differs between calls, and nobody says where.
  const ids = JSON.stringify(parameters).match(/vpn-[0-9a-f]+/g) ?? [];
  if (ids.length === 0) return incomplete;
  if (!ids.some((id) => isOurs(listening, id))) return pass("not-ours");
  return { ...look("changed-by-others"), askMaintenance: true };
}

const isOurs = ({ desired }: Listening, id: unknown): boolean =>
  desired.some(({ vpnConnectionId }) => vpnConnectionId === id);

const look = (reason: LookReason) => ({ look: true, reason, askMaintenance: false }) as const;
const pass = (reason: PassReason) => ({ look: false, reason }) as const;

const isEmpty = (event: unknown): boolean =>
  typeof event === "object" && event !== null && Object.keys(event).length === 0;

/** What stands there, whatever it is; undefined when there is no such place. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? Object.entries(inner).find(([name]) => name === key)?.[1]
        : undefined,
    value,
  );
}

const TEXT_MAX = 200;

/** What of an event the log names, whoever wrote it: short texts alone. */
export function eventFields(event: unknown): Record<string, string> {
  const fields = {
    id: at(event, "id"),
    type: at(event, "detail-type"),
    alarm: at(event, "detail", "alarmName"),
    state: at(event, "detail", "state", "value"),
    call: at(event, "detail", "eventName"),
    health: at(event, "detail", "eventTypeCode"),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.slice(0, TEXT_MAX)]] : [],
    ),
  );
}
