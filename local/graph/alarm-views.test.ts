import { describe, expect, it } from "vitest";
import { viewCompositeAlarms, viewMetricAlarms, viewTopics } from "./alarm-views.ts";
import { awsState } from "./mock-aws.ts";
import type { Resource } from "./schema.ts";

/** As the evaluation records it. */
function resource(type: string, name: string, inputs: Record<string, unknown>): Resource {
  const { id, state } = awsState({ type, name, inputs }, "eu-west-2");
  const options = { adopted: false, protect: false, retainOnDelete: false, ignoreChanges: [], waitsFor: [] };
  return { type, name, id, ...options, inputs, state: { ...inputs, ...state } };
}
const metricAlarm = (changes: object = {}) =>
  resource("aws:cloudwatch/metricAlarm:MetricAlarm", "Down", {
    name: "app-down",
    namespace: "AWS/VPN",
    metricName: "TunnelState",
    statistic: "Maximum",
    period: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    comparisonOperator: "LessThanThreshold",
    threshold: 0,
    ...changes,
  });
const topicArn = "arn:aws:sns:eu-west-2:123456789012:app";

describe("viewMetricAlarms", () => {
  it("fills in what CloudWatch takes for what is not said, and keeps a threshold of zero", () => {
    expect(viewMetricAlarms([metricAlarm()])).toEqual([
      {
        name: "app-down",
        arn: "arn:aws:cloudwatch:eu-west-2:123456789012:alarm:app-down",
        description: "",
        alarmActions: [],
        okActions: [],
        namespace: "AWS/VPN",
        metricName: "TunnelState",
        dimensions: {},
        statistic: "Maximum",
        periodSeconds: 60,
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
        comparison: "LessThanThreshold",
        threshold: 0,
        treatMissingData: "missing",
      },
    ]);
  });

  it.each([
    ["mathematics", { metricQueries: [{}] }],
    ["a percentile", { extendedStatistic: "p99" }],
    ["actions that are turned off", { actionsEnabled: false }],
    ["a treatment of missing data that CloudWatch does not know", { treatMissingData: "bad" }],
  ])("refuses %s, which the local alarms could not follow", (_what, changes) => {
    expect(() => viewMetricAlarms([metricAlarm(changes)])).toThrow(/Down is not as expected/);
  });
});

describe("viewCompositeAlarms", () => {
  it("tells an alarm by its own name, with its rule", () => {
    const inputs = { alarmName: "app-all", alarmRule: "ALARM(app-down)", alarmActions: [topicArn] };
    expect(
      viewCompositeAlarms([resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", "All", inputs)]),
    ).toMatchObject([
      {
        name: "app-all",
        arn: "arn:aws:cloudwatch:eu-west-2:123456789012:alarm:app-all",
        rule: "ALARM(app-down)",
        alarmActions: [topicArn],
      },
    ]);
  });
});

describe("viewTopics", () => {
  it("tells a topic with its policy and with those who subscribed to it", () => {
    const policy = { Version: "2012-10-17", Statement: [] };
    const [topic, ...more] = viewTopics([
      resource("aws:sns/topic:Topic", "App", { name: "app" }),
      resource("aws:sns/topicPolicy:TopicPolicy", "Policy", {
        arn: topicArn,
        policy: JSON.stringify(policy),
      }),
      resource("aws:sns/topicSubscription:TopicSubscription", "One", {
        topic: topicArn,
        protocol: "email",
        endpoint: "on-call@example.com",
      }),
      resource("aws:sns/topicSubscription:TopicSubscription", "Other", {
        topic: `${topicArn}-2`,
        protocol: "email",
        endpoint: "other@example.com",
      }),
    ]);
    expect(more).toEqual([]);
    expect(topic).toEqual({
      name: "app",
      arn: topicArn,
      policy,
      subscriptions: [{ protocol: "email", endpoint: "on-call@example.com" }],
    });
  });
});
