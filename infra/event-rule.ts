/// <reference path="../.sst/platform/config.d.ts" />
/** A rule that hands each event that fits it to one function, tries for a day, and then leaves it as a dead letter, if it may. */
import type { Bus } from "./bus.ts";
import { stageName } from "./names.ts";

/** EventBridge's most: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const DELIVERY = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 };

export interface EventRule {
  /** Of its resources, such as "CertificateIssued". */
  logicalName: string;
  /** Of the rule, fixed for the stage: the dead-letter queue's policy says it before the rule exists. */
  thing: string;
  description: string;
  pattern: object;
  /** Left out, the default bus, where AWS tells of its own services. */
  bus?: Bus;
  start: { name: $util.Output<string>; arn: $util.Output<string> };
  /** Left out, what could not be handed over is dropped. */
  deadLetterArn?: $util.Output<string>;
}

export function createEventRule({
  logicalName,
  thing,
  description,
  pattern,
  bus,
  start,
  deadLetterArn,
}: EventRule): void {
  const onBus = bus === undefined ? {} : { eventBusName: bus.name };
  const rule = new aws.cloudwatch.EventRule(logicalName, {
    name: stageName(thing),
    description,
    eventPattern: $jsonStringify(pattern),
    ...onBus,
  });
  new aws.lambda.Permission(`${logicalName}Permission`, {
    statementId: thing,
    action: "lambda:InvokeFunction",
    function: start.name,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
  new aws.cloudwatch.EventTarget(`${logicalName}Target`, {
    rule: rule.name,
    arn: start.arn,
    retryPolicy: DELIVERY,
    ...(deadLetterArn === undefined ? {} : { deadLetterConfig: { arn: deadLetterArn } }),
    ...onBus,
  });
}

/** The ARN of such a rule, known before it exists. */
export function eventRuleArn(thing: string, on: "default-bus" | "own-bus"): $util.Output<string> {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const name = on === "own-bus" ? `${stageName()}/${stageName(thing)}` : stageName(thing);
  return $interpolate`arn:aws:events:${region}:${accountId}:rule/${name}`;
}
