/** The alarms of the graph, and the topics that they tell. */
import { z } from "zod";
import {
  COMPARISONS,
  type CompositeAlarm,
  type MetricAlarm,
  STATISTICS,
  TREATMENTS,
} from "./alarm-schema.ts";
import { type Graph, PolicyDocument, type Resource } from "./schema.ts";
import { json, resourcesOf } from "./views.ts";

const told = {
  arn: z.string(),
  alarmDescription: z.string().default(""),
  alarmActions: z.array(z.string()).default([]),
  okActions: z.array(z.string()).default([]),
  // Nothing here tells of missing data, and no alarm is made that tells nobody.
  insufficientDataActions: z.undefined().optional(),
  actionsEnabled: z.literal(true).optional(),
};

export function viewMetricAlarms(resources: readonly Resource[]): MetricAlarm[] {
  return resourcesOf(resources, "aws:cloudwatch/metricAlarm:MetricAlarm", {
    ...told,
    name: z.string(),
    namespace: z.string(),
    metricName: z.string(),
    dimensions: z.record(z.string(), z.string()).default({}),
    statistic: z.enum(STATISTICS),
    period: z.number(),
    evaluationPeriods: z.number(),
    datapointsToAlarm: z.number(),
    comparisonOperator: z.enum(COMPARISONS),
    threshold: z.number(),
    treatMissingData: z.enum(TREATMENTS).default("missing"),
    // One metric of one account, without mathematics and percentiles.
    metricQueries: z.undefined().optional(),
    extendedStatistic: z.undefined().optional(),
  }).map((alarm) => ({
    name: alarm.name,
    arn: alarm.arn,
    description: alarm.alarmDescription,
    alarmActions: alarm.alarmActions,
    okActions: alarm.okActions,
    namespace: alarm.namespace,
    metricName: alarm.metricName,
    dimensions: alarm.dimensions,
    statistic: alarm.statistic,
    periodSeconds: alarm.period,
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm,
    comparison: alarm.comparisonOperator,
    threshold: alarm.threshold,
    treatMissingData: alarm.treatMissingData,
  }));
}

export function viewCompositeAlarms(resources: readonly Resource[]): CompositeAlarm[] {
  return resourcesOf(resources, "aws:cloudwatch/compositeAlarm:CompositeAlarm", {
    ...told,
    alarmName: z.string(),
    alarmRule: z.string(),
    actionsSuppressor: z.undefined().optional(),
  }).map(({ alarmName, arn, alarmDescription, alarmRule, alarmActions, okActions }) => ({
    name: alarmName,
    arn,
    description: alarmDescription,
    rule: alarmRule,
    alarmActions,
    okActions,
  }));
}

export function viewTopics(resources: readonly Resource[]): Graph["topics"] {
  const policies = resourcesOf(resources, "aws:sns/topicPolicy:TopicPolicy", {
    arn: z.string(),
    policy: json(PolicyDocument),
  });
  const subscriptions = resourcesOf(resources, "aws:sns/topicSubscription:TopicSubscription", {
    topic: z.string(),
    protocol: z.string(),
    endpoint: z.string(),
  });
  return resourcesOf(resources, "aws:sns/topic:Topic", { name: z.string(), arn: z.string() }).map(
    ({ name, arn }) => ({
      name,
      arn,
      policy: policies.find((one) => one.arn === arn)?.policy,
      subscriptions: subscriptions
        .filter(({ topic }) => topic === arn)
        .map(({ protocol, endpoint }) => ({ protocol, endpoint })),
    }),
  );
}
