import { describe, expect, it } from "vitest";
import { eventFields, hear, type Listening } from "./events.ts";
import { desiredOf } from "./test-tunnels.ts";

const listening: Listening = {
  desired: desiredOf("one-a", "one-b"),
  alarmPrefix: "warrener-prod-",
  ownRoles: ["arn:aws:iam::111122223333:role/warrener-prod-watch-tunnels"],
};

/** As https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html has it. */
const alarm = (detail: object = {}, envelope: object = {}) => ({
  version: "0",
  id: "11111111-2222-3333-4444-555555555555",
  "detail-type": "CloudWatch Alarm State Change",
  source: "aws.cloudwatch",
  account: "111122223333",
  time: "2026-11-21T08:00:04Z",
  region: "eu-west-2",
  resources: ["arn:aws:cloudwatch:eu-west-2:111122223333:alarm:warrener-prod-tunnel-one-a-down"],
  detail: {
    alarmName: "warrener-prod-tunnel-one-a-down",
    configuration: { metrics: [metric("198.51.100.10")] },
    state: { value: "ALARM", reason: "Threshold Crossed", timestamp: "2026-11-21T08:00:04.105+0000" },
    previousState: { value: "OK" },
    ...detail,
  },
  ...envelope,
});
const metric = (TunnelIpAddress: string) => ({
  id: "m1",
  metricStat: {
    metric: { namespace: "AWS/VPN", name: "TunnelState", dimensions: { TunnelIpAddress } },
    period: 60,
    stat: "Maximum",
  },
  returnData: true,
});
const expression = { id: "e1", expression: "MIN(METRICS())", label: "worst", returnData: true };
const composite = {
  alarmName: "warrener-prod-tunnels-down",
  configuration: { alarmRule: "ALARM(a) AND ALARM(b)" },
};

const health = (detail: object) => ({
  source: "aws.health",
  "detail-type": "AWS Health Event",
  detail: { service: "VPN", eventTypeCode: "AWS_VPN_REDUNDANCY_LOSS", ...detail },
});
const entity = (entityValue: string) => ({ affectedEntities: [{ entityValue }] });
const OURS = "vpn-0a1b2c3d4e5f60718";

const call = (detail: object) => ({
  source: "aws.ec2",
  "detail-type": "AWS API Call via CloudTrail",
  detail: {
    eventSource: "ec2.amazonaws.com",
    eventName: "ModifyVpnTunnelOptions",
    userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/Admin/alice" },
    ...detail,
  },
});
const wrapped = { ModifyVpnTunnelOptionsRequest: { VpnConnectionId: OURS } };
/** Whoever may assume a role chooses the name of the session. */
const by = (role: string, session: string) => ({
  type: "AssumedRole",
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/${session}`,
  sessionContext: {
    sessionIssuer: { type: "Role", arn: `arn:aws:iam::111122223333:role/${role}`, userName: role },
  },
});
const OWN = "warrener-prod-watch-tunnels";

const looks = (reason: string, askMaintenance = false) => ({ look: true, reason, askMaintenance });
const passes = (reason: string) => ({ look: false, reason });

describe("hear", () => {
  it.each<[what: string, event: unknown, heard: object]>([
    ["a schedule", {}, looks("schedule")],
    ["a tunnel's alarm", alarm(), looks("tunnel-alarm")],
    ["a tunnel's alarm that is over", alarm({ state: { value: "OK" } }), looks("tunnel-alarm")],
    ["an alarm without its state", alarm({ state: undefined }), looks("tunnel-alarm")],
    [
      "fields that nobody knows",
      alarm({ alarmTags: { a: 1 } }, { "replay-name": "r" }),
      looks("tunnel-alarm"),
    ],
    ["the alarm of all tunnels", alarm(composite), looks("composite-alarm")],
    [
      "the alarm of all tunnels, held back",
      alarm({ ...composite, state: { value: "ALARM", actionsSuppressedBy: "WaitPeriod" } }),
      passes("alarm-suppressed"),
    ],
    ["a muted alarm", alarm({ muteDetail: { mutedByArn: "arn" } }), passes("alarm-muted")],
    [
      "an alarm of ours that has become metric math",
      alarm({ configuration: { metrics: [expression, metric("198.51.100.10")] } }),
      looks("changed-alarm"),
    ],
    [
      "an alarm of ours whose one metric is an expression",
      alarm({ configuration: { metrics: [expression] } }),
      looks("changed-alarm"),
    ],
    ["an alarm of ours without metrics", alarm({ configuration: { metrics: [] } }), looks("changed-alarm")],
    [
      "an alarm of a tunnel made composite",
      alarm({ configuration: { alarmRule: "FALSE" } }),
      looks("changed-alarm"),
    ],
    ["an alarm without its configuration", alarm({ configuration: undefined }), looks("incomplete-event")],
    [
      "an alarm of ours on another tunnel",
      alarm({ configuration: { metrics: [metric("192.0.2.1")] } }),
      passes("not-ours"),
    ],
    [
      "the alarm of a tunnel that the link does not name",
      alarm({ alarmName: "warrener-prod-tunnel-two-a-down" }),
      passes("not-ours"),
    ],
    ["somebody's alarm", alarm({ alarmName: "cpu" }), passes("not-ours")],
    ["an alarm without a name", alarm({ alarmName: undefined }), looks("incomplete-event")],
    [
      "an alarm's other event",
      alarm({}, { "detail-type": "CloudWatch Alarm Configuration Change" }),
      looks("unknown-event"),
    ],
    [
      "an alarm without detail",
      { source: "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change" },
      looks("incomplete-event"),
    ],
    ["a notice about ours", health(entity(OURS)), looks("health-event", true)],
    ["a notice about nobody", health({}), looks("health-event", true)],
    ["a notice with odd entities", health({ affectedEntities: [null, 5] }), passes("not-ours")],
    ["a notice about another VPN", health(entity("vpn-0ffffffffffffffff")), passes("not-ours")],
    ["a notice of another service", health({ service: "EC2", ...entity(OURS) }), passes("other-service")],
    [
      "a notice without its service",
      health({ service: undefined, ...entity(OURS) }),
      looks("incomplete-event", true),
    ],
    ["somebody's change", call({ requestParameters: wrapped }), looks("changed-by-others", true)],
    [
      "somebody's change in another form",
      call({ requestParameters: { vpnConnectionId: OURS } }),
      looks("changed-by-others", true),
    ],
    [
      "a change of another VPN",
      call({ requestParameters: { vpnConnectionId: "vpn-0ffffffffffffffff" } }),
      passes("not-ours"),
    ],
    ["a change that names nothing", call({ requestParameters: {} }), looks("incomplete-event", true)],
    ["a change without parameters", call({ requestParameters: null }), looks("incomplete-event", true)],
    [
      "a change that was refused",
      call({ requestParameters: wrapped, errorCode: "Client.IncorrectState" }),
      passes("failed-call"),
    ],
    [
      "our own change",
      call({ requestParameters: wrapped, userIdentity: by(OWN, "any") }),
      passes("own-change"),
    ],
    [
      "our own change, of which no more was passed on",
      call({ userIdentity: by(OWN, OWN) }),
      passes("own-change"),
    ],
    [
      "a change by another role, whose session has our name",
      call({ requestParameters: wrapped, userIdentity: by("Admin", OWN) }),
      looks("changed-by-others", true),
    ],
    [
      "a change by nobody",
      call({ requestParameters: wrapped, userIdentity: null }),
      looks("changed-by-others", true),
    ],
    ["an event of another kind", { source: "example", detail: {} }, looks("unknown-event")],
    ["a notification without an envelope", { version: "0" }, looks("unknown-event")],
    ["nothing", null, looks("unknown-event")],
    ["a text", "ALARM", looks("unknown-event")],
    ["a list", [1], looks("unknown-event")],
  ])("hears %s", (_, event, heard) => {
    expect(hear(listening, event)).toEqual(heard);
  });
});

describe("eventFields", () => {
  it("names an event in short texts of its own", () => {
    expect(eventFields(alarm({ alarmName: "a".repeat(300) }))).toEqual({
      id: "11111111-2222-3333-4444-555555555555",
      type: "CloudWatch Alarm State Change",
      alarm: "a".repeat(200),
      state: "ALARM",
    });
  });

  it("takes nothing of what a call was made with", () => {
    const parameters = { vpnConnectionId: OURS, tunnelOptions: { preSharedKey: "not.for.the.log" } };
    expect(JSON.stringify(eventFields(call({ requestParameters: parameters })))).not.toContain("not.for");
  });
});
