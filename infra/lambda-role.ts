/// <reference path="../.sst/platform/config.d.ts" />
/**
 * What every Lambda's role has in common: a fixed name, because the Function App knows a caller by the
 * exact ARN of its role, and no caller but the Lambda service.
 */
import { stageName } from "./names.ts";

type Permissions = Exclude<sst.aws.FunctionArgs["permissions"], undefined>;
export type Permission = Extract<Permissions, readonly unknown[]>[number];

/** The role's ARN, known before the role exists. */
export function lambdaRoleArn(thing: string): $util.Output<string> {
  return $interpolate`arn:aws:iam::${aws.getCallerIdentityOutput().accountId}:role/${stageName(thing)}`;
}

/**
 * Replaces what SST gives every role besides its permissions: a trust policy that also names the account's
 * root (platform/src/components/aws/function.ts, `createRole`), which lets any administrator of the account
 * act as the function towards Azure, and a managed policy over all log groups.
 */
export function lambdaRole(thing: string) {
  // `sst dev` runs the function on the developer's machine, and its role must then be open to the account.
  if ($dev) return { name: stageName(thing) };
  return { name: stageName(thing), assumeRolePolicy: trust("lambda.amazonaws.com"), managedPolicyArns: [] };
}

/** The trust policy of a role that one AWS service takes on, and nobody else. */
export function trust(service: string, condition?: object): string {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [condition === undefined ? statement : { ...statement, Condition: condition }],
  });
}

/** A function writes to its own log group, which the deployment creates. */
export function writeOwnLog(functionName: string): Permission {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [$interpolate`arn:aws:logs:${region}:${accountId}:log-group:/aws/lambda/${functionName}:*`],
  };
}

const TOKEN_LIFETIME_MAX_SECONDS = 300;

/**
 * A token for one audience, signed with RS256, for minutes. "ForAllValues" alone would also let a request
 * without any audience pass
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_policies.html).
 */
export function proveIdentityTo(audience: string): Permission {
  return {
    actions: ["sts:GetWebIdentityToken"],
    resources: ["*"],
    conditions: [
      { test: "ForAllValues:StringEquals", variable: "sts:IdentityTokenAudience", values: [audience] },
      { test: "Null", variable: "sts:IdentityTokenAudience", values: ["false"] },
      {
        test: "NumericLessThanEquals",
        variable: "sts:DurationSeconds",
        values: [String(TOKEN_LIFETIME_MAX_SECONDS)],
      },
      { test: "StringEquals", variable: "sts:SigningAlgorithm", values: ["RS256"] },
    ],
  };
}
