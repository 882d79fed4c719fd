/** The log groups of the graph, and what is done with their lines and with those of groups that are there already. */
import { z } from "zod";
import type { LogMetricFilter, SubscriptionFilter } from "./log-schema.ts";
import type { Graph, LambdaFunction, Resource } from "./schema.ts";
import { only, resourcesOf } from "./views.ts";

export function viewLogGroups(resources: readonly Resource[]): Graph["logGroups"] {
  return resourcesOf(resources, "aws:cloudwatch/logGroup:LogGroup", {
    name: z.string(),
    arn: z.string(),
    retentionInDays: z.number(),
  }).map(({ name, arn, retentionInDays }) => ({ name, arn, retentionDays: retentionInDays }));
}

export function viewSubscriptionFilters(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): SubscriptionFilter[] {
  return resourcesOf(resources, "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", {
    name: z.string(),
    logGroup: z.string(),
    filterPattern: z.string(),
    destinationArn: z.string(),
    // Nothing here is for other destinations than functions, nor for logs that are transformed or of other accounts.
    roleArn: z.undefined().optional(),
    distribution: z.undefined().optional(),
    applyOnTransformedLogs: z.literal(false).optional(),
    emitSystemFields: z.undefined().optional(),
  }).map(({ logicalName, name, logGroup, filterPattern, destinationArn }) => ({
    logicalName,
    name,
    logGroup,
    filterPattern,
    destinationArn,
    targetFunction: only(
      functions.filter(({ arn }) => arn === destinationArn),
      `function that ${logicalName} starts`,
    ).logicalName,
  }));
}

export function viewLogMetricFilters(resources: readonly Resource[]): LogMetricFilter[] {
  return resourcesOf(resources, "aws:cloudwatch/logMetricFilter:LogMetricFilter", {
    name: z.string(),
    logGroupName: z.string(),
    pattern: z.string(),
    metricTransformation: z.object({
      namespace: z.string(),
      name: z.string(),
      value: z.string(),
      defaultValue: z.string().transform(Number).pipe(z.number()).optional(),
      // Each different value of a dimension would be a metric of its own, of whoever writes the line.
      dimensions: z.undefined().optional(),
    }),
    applyOnTransformedLogs: z.literal(false).optional(),
  }).map(({ name, logGroupName, pattern, metricTransformation }) => ({
    name,
    logGroup: logGroupName,
    filterPattern: pattern,
    metric: { namespace: metricTransformation.namespace, name: metricTransformation.name },
    value: metricTransformation.value,
    defaultValue: metricTransformation.defaultValue,
  }));
}
