/** What becomes of the tunnels of a life by themselves, by AWS, and by people; and what their clouds then tell of that. */

import { tunnelAlarm } from "../../shared/runtime/deployed-names.ts";
import { toIso } from "../../shared/runtime/instant.ts";
import type { FaultOf } from "./faults.ts";
import { endOf, type Fault } from "./faults.ts";
import { watchOnEvent } from "./functions/watch-tunnels.ts";
import { type LivingTunnel, NO_MAINTENANCE } from "./tunnel-model.ts";
import { ALARM_PREFIX, TUNNELS } from "./tunnels.ts";
import type { World } from "./world.ts";

/** Of three minutes in alarm, and of what CloudTrail and AWS Health take. */
const TOLD_AFTER_SECONDS = { min: 60, max: 240 } as const;
/** A person who is told that ends are read differently, where nothing but that reading is known, gives them one key. */
const ALIGNED_AFTER_SECONDS = 3_600;

/** Until now, if nothing else happens. */
export function passTunnels(world: World): void {
  const { tunnels, weather, clock } = world;
  const now = clock.now();
  for (const [index, tunnel] of tunnels.model.all.entries())
    tunnel.brokenUntil = Math.max(tunnel.brokenUntil, weather.brokenUntil(index, now) ?? 0);
  for (const tunnel of tunnels.model.pass(now)) tell(world, alarmOf(tunnel));
  alignByHand(world);
}

export function beginTunnelFault(world: World, fault: Fault): void {
  switch (fault.kind) {
    case "tunnel-stuck":
      Object.assign(tunnelOf(world, fault), {
        mendedBy: fault.mendedBy,
        brokenUntil: Number.POSITIVE_INFINITY,
      });
      return;
    case "maintenance":
      if (fault.seconds === 0) return;
      tunnelOf(world, fault).maintenance = { pending: true, autoAppliedAt: endOf(fault) };
      tell(world, health());
      return;
    case "tunnel-key":
      setKeyByHand(world, fault);
      return;
    case "tunnel-secret":
      editSecret(world, fault);
      return;
    case "tunnel-rotation-asked":
      world.tunnels.tables.asked.set(tunnelOf(world, fault).name, world.clock.now());
      return;
    default:
      return;
  }
}

export function endTunnelFault(world: World, fault: Fault): void {
  if (fault.kind !== "maintenance") return;
  const tunnel = tunnelOf(world, fault);
  tunnel.maintenance = NO_MAINTENANCE;
  if (!world.tunnels.model.isModified(tunnel)) world.tunnels.model.replace(tunnel, null, "others");
}

function tunnelOf({ tunnels }: World, { tunnel }: { readonly tunnel: number }): LivingTunnel {
  return tunnels.model.named(TUNNELS[tunnel % TUNNELS.length]?.name ?? "");
}

function setKeyByHand(world: World, fault: FaultOf<"tunnel-key">): void {
  const { model } = world.tunnels;
  const tunnel = tunnelOf(world, fault);
  const key = model.newKey();
  if (fault.end !== "aws" && !model.isGatewayBusy) model.setAzure(tunnel, key, "others");
  if (fault.end === "azure" || model.isModified(tunnel)) return;
  model.replace(tunnel, key, "others");
  tell(world, callOf(world, tunnel));
}

function editSecret(world: World, { tunnel, act }: FaultOf<"tunnel-secret">): void {
  const secret = world.tunnels.secrets.get(tunnelOf(world, { tunnel }).name);
  if (secret === undefined) return;
  const { labels, versions } = secret;
  const put = (label: string) => {
    const version = `junk-${world.clock.now()}`;
    versions.set(version, { createdAt: world.clock.now(), value: "changeme" });
    labels.set(label, version);
  };
  const [current, previous] = [labels.get("AWSCURRENT"), labels.get("AWSPREVIOUS")];
  switch (act) {
    case "junk-current":
      if (current !== undefined) labels.set("AWSPREVIOUS", current);
      put("AWSCURRENT");
      return;
    case "junk-pending":
      put("AWSPENDING");
      return;
    case "pending-dropped":
      labels.delete("AWSPENDING");
      return;
    case "moved-back":
      if (previous !== undefined) labels.set("AWSCURRENT", previous);
      return;
  }
}

function alignByHand({ tunnels, clock }: World): void {
  const { model, tables } = tunnels;
  for (const { name, blind } of tables.keyMemory.tunnels) {
    if (blind?.code !== "ends-read-differently" || clock.now() < blind.since + ALIGNED_AFTER_SECONDS)
      continue;
    const tunnel = model.named(name);
    if (!model.isGatewayBusy && tunnel.awsKey !== tunnel.azureKey)
      model.setAzure(tunnel, tunnel.awsKey, "others");
  }
}

const tell = ({ wakes, tunnels: { model } }: World, event: object): void =>
  void wakes.push({ started: watchOnEvent(event), afterSeconds: model.drawSeconds(TOLD_AFTER_SECONDS) });

const alarmOf = ({ name, isUp }: LivingTunnel) => ({
  source: "aws.cloudwatch",
  "detail-type": "CloudWatch Alarm State Change",
  detail: {
    alarmName: `${ALARM_PREFIX}${tunnelAlarm(name)}`,
    configuration: {
      metrics: [{ metricStat: { metric: { dimensions: { TunnelIpAddress: addressOf(name) } } } }],
    },
    state: { value: isUp ? "OK" : "ALARM" },
  },
});

const addressOf = (tunnel: string) => TUNNELS.find(({ name }) => name === tunnel)?.outsideIp;

const health = () => ({
  source: "aws.health",
  "detail-type": "AWS Health Event",
  detail: { service: "VPN", eventTypeCode: "AWS_VPN_SINGLE_TUNNEL_NOTIFICATION" },
});

const callOf = ({ clock }: World, { connection }: LivingTunnel) => ({
  source: "aws.ec2",
  "detail-type": "AWS API Call via CloudTrail",
  time: toIso(clock.now()),
  detail: {
    eventName: "ModifyVpnTunnelOptions",
    userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/Admin/alice" },
    requestParameters: { ModifyVpnTunnelOptionsRequest: { VpnConnectionId: connection } },
  },
});
