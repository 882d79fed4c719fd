/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Has CloudWatch Logs hand each new line of a log group that fits a pattern to one function. A log group has two such
 * filters at most, whoever they are (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
 */
import type { LogGroupParts } from "./log-group.ts";

export interface LogSubscription {
  log: LogGroupParts;
  pattern: string;
  start: { name: $util.Output<string>; arn: $util.Output<string> };
}

export function subscribe({ log, pattern, start }: LogSubscription): void {
  const { accountId } = aws.getCallerIdentityOutput();
  const permission = new aws.lambda.Permission(`LogPermission-${log.label}`, {
    statementId: log.label,
    action: "lambda:InvokeFunction",
    function: start.name,
    principal: "logs.amazonaws.com",
    // With what names its streams: without, CloudWatch Logs is refused
    // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html).
    sourceArn: $interpolate`${log.arn}:*`,
    sourceAccount: accountId,
  });
  new aws.cloudwatch.LogSubscriptionFilter(
    `LogFilter-${log.label}`,
    { name: start.name, logGroup: log.name, filterPattern: pattern, destinationArn: start.arn },
    // The filter's first act is to try the function, and it is refused where that fails.
    { dependsOn: [permission] },
  );
}
