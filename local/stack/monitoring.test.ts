import { describe, expect, it, onTestFinished } from "vitest";
import { authorizeBy } from "../aws/authorization.ts";
import { compositeAlarm, metricAlarm, topicArn } from "../aws/cloudwatch/test-alarms.ts";
import type { BusEvent } from "../aws/event-bridge/event.ts";
import { defaultBus, EventBridge } from "../aws/event-bridge/event-bridge.ts";
import { accountId, region, startWorld } from "../aws/test-world.ts";
import { realTimers } from "../aws/timers.ts";
import { PolicyDocument } from "../graph/schema.ts";
import { createMonitoring } from "./monitoring.ts";

const SPEED = 6_000;

const policy = (sourceArn: string) =>
  PolicyDocument.parse({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: {
          ArnLike: { "aws:SourceArn": sourceArn },
          StringEquals: { "aws:SourceAccount": accountId },
        },
      },
    ],
  });
const letIn = policy(`arn:aws:cloudwatch:${region}:${accountId}:alarm:*`);

/** A calm AWS with one tunnel, an alarm on it and one on that, in fast minutes. */
async function start(topicPolicy: PolicyDocument) {
  const buses: EventBridge[] = [];
  const { server, kernel } = await startWorld(
    (of) => {
      buses.push(new EventBridge({ kernel: of, region, accountId, timers: realTimers }));
      return buses.map(({ service }) => service);
    },
    { authorize: authorizeBy({ roles: new Map(), resources: new Map([[topicArn, topicPolicy]]) }) },
  );
  const [eventBridge] = buses;
  if (eventBridge === undefined) throw new Error("there is no bus");
  const tunnel = { vpnId: "vpn-1", outsideIp: "198.51.100.10", up: true };
  const dimensions = { TunnelIpAddress: tunnel.outsideIp };
  const monitoring = createMonitoring({
    kernel,
    graph: {
      region,
      accountId,
      metricAlarms: [metricAlarm("one-a", { dimensions })],
      compositeAlarms: [compositeAlarm("all", 'ALARM("one-a")')],
      topics: [
        {
          name: "watchdog",
          arn: topicArn,
          policy: topicPolicy,
          subscriptions: [{ protocol: "email", endpoint: "on-call@example.com" }],
        },
      ],
      queues: [],
    },
    aws: { eventBridge, server },
    speed: SPEED,
    tunnelStates: () => [tunnel],
  });
  onTestFinished(async () => {
    await monitoring.stop();
    await eventBridge.stop();
    await server.close();
  });
  const changed = (alarm: string, value: string) =>
    new Promise<BusEvent>((resolve) => {
      eventBridge.listen((_bus, event) => {
        const { alarmName, state } = event.detail;
        if (alarmName === alarm && Object(state).value === value) resolve(event);
      });
    });
  return { monitoring, server, eventBridge, tunnel, changed };
}

describe("createMonitoring", () => {
  it("tells on the default bus and by mail that the last tunnel went down, and that it came back", async () => {
    const { monitoring, server, eventBridge, tunnel, changed } = await start(letIn);
    monitoring.topics.confirm(topicArn, "on-call@example.com");
    const [steady, down] = [changed("all", "OK"), changed("all", "ALARM")];
    monitoring.begin(() => 0);
    await steady;
    tunnel.up = false;
    await down;
    const back = changed("all", "OK");
    tunnel.up = true;
    await back;
    await monitoring.stop();

    const told = eventBridge.bus(defaultBus).events();
    expect(told.map(({ detail }) => `${detail["alarmName"]} ${Object(detail["state"]).value}`)).toEqual([
      "one-a OK",
      "all OK",
      "one-a ALARM",
      "all ALARM",
      "one-a OK",
      "all OK",
    ]);
    expect(monitoring.topics.deliveries().map(({ subject }) => subject)).toEqual([
      'OK: "all" in eu-west-2',
      'ALARM: "all" in eu-west-2',
      'OK: "all" in eu-west-2',
    ]);
    expect(server.decisions().every(({ result }) => result === "allowed")).toBe(true);
    expect(monitoring.troubles()).toEqual([]);
  });

  it("publishes nothing where the topic's policy does not let the alarm in, and has the denied decision", async () => {
    const { monitoring, server, changed } = await start(
      policy(`arn:aws:cloudwatch:${region}:${accountId}:alarm:other-*`),
    );
    const steady = changed("all", "OK");
    monitoring.begin(() => 0);
    await steady;
    await monitoring.stop();
    expect(monitoring.topics.published(topicArn)).toEqual([]);
    expect(monitoring.cloudWatch.alarms.failedActions()).toMatchObject([{ code: "AuthorizationError" }]);
    expect(server.decisions()).toMatchObject([
      { roleArn: "cloudwatch.amazonaws.com", action: "sns:Publish", resource: topicArn, result: "denied" },
    ]);
  });
});
