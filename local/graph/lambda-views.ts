/** The Lambdas of the graph with their roles, and the schedules that start them. */
import path from "node:path";
import { z } from "zod";
import { metafilePath } from "./function-build.ts";
import { type LambdaFunction, PolicyDocument, type Resource, type Role, type Schedule } from "./schema.ts";
import { json, only, resourcesOf } from "./views.ts";

export interface Built {
  /** The overlay. */
  directory: string;
  /** Where each function's bundle lies, by logical name of the SST component. */
  builds: Readonly<Record<string, string>>;
}

export function viewFunctions(
  resources: readonly Resource[],
  { directory, builds }: Built,
): LambdaFunction[] {
  const roles = viewRoles(resources);
  const functions = resourcesOf(resources, "aws:lambda/function:Function", {
    name: z.string(),
    arn: z.string(),
    runtime: z.string(),
    architectures: z.array(z.string()).length(1),
    handler: z.string(),
    role: z.string(),
    timeout: z.number(),
    memorySize: z.number(),
    reservedConcurrentExecutions: z.number().optional(),
    environment: z.object({ variables: z.record(z.string(), z.string()) }),
    loggingConfig: z.object({ logGroup: z.string(), logFormat: z.string() }),
  });
  return functions.map((it) => {
    const logicalName = it.logicalName.replace(/Function$/, "");
    const bundle = builds[logicalName];
    if (bundle === undefined) throw new Error(`${logicalName} has no bundle`);
    return {
      logicalName,
      name: it.name,
      arn: it.arn,
      runtime: it.runtime,
      architecture: only(it.architectures, "architecture"),
      directory: path.resolve(directory, bundle),
      handler: it.handler,
      metafile: metafilePath(directory, logicalName),
      environment: it.environment.variables,
      timeoutSeconds: it.timeout,
      memoryMb: it.memorySize,
      concurrencyMax: it.reservedConcurrentExecutions,
      logGroup: it.loggingConfig.logGroup,
      logFormat: it.loggingConfig.logFormat,
      role: roleByArn(roles, it.role),
      asyncInvoke: viewAsyncInvoke(resources, it.name),
    };
  });
}

export function viewSchedules(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): Schedule[] {
  const roles = viewRoles(resources);
  const schedules = resourcesOf(resources, "aws:scheduler/schedule:Schedule", {
    name: z.string(),
    arn: z.string(),
    state: z.enum(["ENABLED", "DISABLED"]),
    scheduleExpression: z.string(),
    scheduleExpressionTimezone: z.string(),
    flexibleTimeWindow: z.object({ mode: z.literal("OFF") }),
    target: z.object({
      arn: z.string(),
      roleArn: z.string(),
      input: z.string(),
      retryPolicy: z.object({ maximumRetryAttempts: z.number(), maximumEventAgeInSeconds: z.number() }),
      deadLetterConfig: z.object({ arn: z.string() }),
    }),
  });
  return schedules.map((it) => ({
    logicalName: it.logicalName,
    name: it.name,
    arn: it.arn,
    enabled: it.state === "ENABLED",
    expression: it.scheduleExpression,
    timeZone: it.scheduleExpressionTimezone,
    targetArn: it.target.arn,
    targetFunction: only(
      functions.filter(({ arn }) => arn === it.target.arn),
      `function that ${it.name} starts`,
    ).logicalName,
    input: it.target.input,
    maximumRetryAttempts: it.target.retryPolicy.maximumRetryAttempts,
    maximumEventAgeSeconds: it.target.retryPolicy.maximumEventAgeInSeconds,
    deadLetterArn: it.target.deadLetterConfig.arn,
    role: roleByArn(roles, it.target.roleArn),
  }));
}

export function viewRoles(resources: readonly Resource[]): Role[] {
  const roles = resourcesOf(resources, "aws:iam/role:Role", {
    name: z.string(),
    arn: z.string(),
    assumeRolePolicy: z.union([json(PolicyDocument), PolicyDocument]),
    inlinePolicies: z.array(z.object({ policy: json(PolicyDocument) })),
    managedPolicyArns: z.array(z.string()).default([]),
  });
  return roles.map(({ logicalName, name, arn, assumeRolePolicy, inlinePolicies, managedPolicyArns }) => ({
    logicalName,
    name,
    arn,
    trust: assumeRolePolicy,
    policy: { Version: "2012-10-17", Statement: inlinePolicies.flatMap(({ policy }) => policy.Statement) },
    managedPolicyArns,
  }));
}

const roleByArn = (roles: readonly Role[], arn: string) =>
  only(
    roles.filter((role) => role.arn === arn),
    `role ${arn}`,
  );

function viewAsyncInvoke(
  resources: readonly Resource[],
  functionName: string,
): LambdaFunction["asyncInvoke"] {
  const configs = resourcesOf(resources, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", {
    functionName: z.string(),
    maximumRetryAttempts: z.number(),
    maximumEventAgeInSeconds: z.number(),
    destinationConfig: z.object({ onFailure: z.object({ destination: z.string() }) }).optional(),
  });
  const config = configs.find((it) => it.functionName === functionName);
  if (config === undefined) return undefined;
  return {
    maximumRetryAttempts: config.maximumRetryAttempts,
    maximumEventAgeSeconds: config.maximumEventAgeInSeconds,
    onFailureArn: config.destinationConfig?.onFailure.destination,
  };
}
