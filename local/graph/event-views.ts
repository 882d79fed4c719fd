/** The event buses and rules of the graph, and the policies of functions, by which a rule may invoke one. */
import { z } from "zod";
import type { EventBus, EventRule, EventTarget } from "./event-schema.ts";
import type { FunctionPolicy, LambdaFunction, PolicyDocument, Resource } from "./schema.ts";
import { only, resourcesOf } from "./views.ts";

const DEFAULT_BUS = "default";

export function viewEventBuses(resources: readonly Resource[]): EventBus[] {
  const permissions = resourcesOf(resources, "aws:cloudwatch/eventPermission:EventPermission", {
    principal: z.string(),
    eventBusName: z.string().default(DEFAULT_BUS),
  });
  return resourcesOf(resources, "aws:cloudwatch/eventBus:EventBus", {
    name: z.string(),
    arn: z.string(),
  }).map(({ name, arn }) => ({
    name,
    arn,
    openTo: permissions
      .filter(({ eventBusName }) => busNameOf(eventBusName) === name)
      .map(({ principal }) => principal),
  }));
}

export function viewEventRules(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): EventRule[] {
  const rules = resourcesOf(resources, "aws:cloudwatch/eventRule:EventRule", {
    name: z.string(),
    arn: z.string(),
    eventBusName: z.string().default(DEFAULT_BUS),
    eventPattern: z.string(),
    state: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
    // Schedules are EventBridge Scheduler's here.
    scheduleExpression: z.undefined().optional(),
  });
  const targets = viewTargets(resources, functions);
  return rules.map(({ logicalName, name, arn, eventBusName, eventPattern, state }) => {
    const busName = busNameOf(eventBusName);
    const mine = targets.filter(({ rule, bus }) => rule === name && bus === busName);
    return {
      logicalName,
      name,
      arn,
      busName,
      enabled: state === "ENABLED",
      pattern: eventPattern,
      targets: mine.map(({ target }) => target),
    };
  });
}

interface TargetOfRule {
  readonly rule: string;
  readonly bus: string;
  readonly target: EventTarget;
}

function viewTargets(resources: readonly Resource[], functions: readonly LambdaFunction[]): TargetOfRule[] {
  const targets = resourcesOf(resources, "aws:cloudwatch/eventTarget:EventTarget", {
    rule: z.string(),
    eventBusName: z.string().default(DEFAULT_BUS),
    arn: z.string(),
    input: z.string().optional(),
    retryPolicy: z
      .object({
        maximumRetryAttempts: z.number().optional(),
        maximumEventAgeInSeconds: z.number().optional(),
      })
      .default({}),
    deadLetterConfig: z.object({ arn: z.string().optional() }).default({}),
    // Only the whole event or a constant is handed over here.
    inputPath: z.undefined().optional(),
    inputTransformer: z.undefined().optional(),
  });
  return targets.map(({ logicalName, rule, eventBusName, arn, input, retryPolicy, deadLetterConfig }) => ({
    rule,
    bus: busNameOf(eventBusName),
    target: {
      arn,
      targetFunction: only(
        functions.filter((it) => it.arn === arn),
        `function that ${logicalName} starts`,
      ).logicalName,
      input,
      maximumRetryAttempts: retryPolicy.maximumRetryAttempts,
      maximumEventAgeSeconds: retryPolicy.maximumEventAgeInSeconds,
      deadLetterArn: deadLetterConfig.arn,
    },
  }));
}

/** Each function's own policy, made of its permissions as AddPermission makes it. */
export function viewFunctionPolicies(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): FunctionPolicy[] {
  const permissions = resourcesOf(resources, "aws:lambda/permission:Permission", {
    statementId: z.string(),
    action: z.string(),
    function: z.string(),
    principal: z.string(),
    sourceArn: z.string().optional(),
    sourceAccount: z.string().optional(),
  });
  return functions.flatMap(({ name, arn }) => {
    const mine = permissions.filter((permission) => [name, arn].includes(permission.function));
    const policy: PolicyDocument = {
      Version: "2012-10-17",
      Statement: mine.map((permission) => ({
        Sid: permission.statementId,
        Effect: "Allow",
        Principal: principalOf(permission.principal),
        Action: [permission.action],
        Resource: [arn],
        Condition: {
          ...(permission.sourceArn !== undefined && {
            ArnLike: { "AWS:SourceArn": permission.sourceArn },
          }),
          ...(permission.sourceAccount !== undefined && {
            StringEquals: { "AWS:SourceAccount": permission.sourceAccount },
          }),
        },
      })),
    };
    return mine.length === 0 ? [] : [{ functionArn: arn, policy }];
  });
}

const principalOf = (principal: string): Record<string, string[]> =>
  principal.endsWith(".amazonaws.com") ? { Service: [principal] } : { AWS: [principal] };

/** A bus is named by its name or its ARN. */
function busNameOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^/]+:event-bus\//, "");
}
