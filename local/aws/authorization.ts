/**
 * Decides whether the policies of a role and of a resource allow a request, as IAM would. The one file that
 * imports iam-simulate, which is AGPL: it is used while developing and testing, and is in nothing that is deployed.
 */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../graph/schema.ts";
import type { Authorize } from "./decisions.ts";
import { readableContext, readablePolicy } from "./encryption-context.ts";

export interface AuthorizationQuestion {
  /** Or a service that acts by itself, such as `events.amazonaws.com`: then the resource's policy alone decides. */
  roleArn: string;
  /** Of the role; left out where no policy can name it. */
  sessionName?: string | undefined;
  /** The role's own policy, if it has one. */
  policy?: PolicyDocument | undefined;
  /** The policy on what the request is about, if there is one. A key always has one: without it nobody may use it. */
  resourcePolicy?: PolicyDocument | undefined;
  /** `service:Action` */
  action: string;
  /** The ARN that the request is about, or "*" for an action that takes none. */
  resource: string;
  /** Condition keys that the service sets for this request. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

export interface Policies {
  /** By the role's ARN. */
  readonly roles: ReadonlyMap<string, PolicyDocument>;
  /** By the resource's ARN. */
  readonly resources: ReadonlyMap<string, PolicyDocument>;
}

/** Decides by these policies alone: a role that is in none of them may do nothing. */
export function authorizeBy({ roles, resources }: Policies): Authorize {
  return async (question) => {
    const policy = roles.get(question.roleArn);
    const resourcePolicy = resources.get(question.resource);
    if (policy === undefined && resourcePolicy === undefined) return "denied";
    return await authorize({ ...question, policy, resourcePolicy });
  };
}

/**
 * Throws when the question itself is wrong: an action that does not exist, a resource of a type that the
 * action does not take, a condition key that the service never sets. None of these is a refusal of IAM's.
 */
export async function authorize(question: AuthorizationQuestion): Promise<"allowed" | "denied"> {
  const { roleArn, sessionName, policy, resourcePolicy, action, resource } = question;
  const { accountId, principal, callerContext } = callerOf(roleArn, sessionName, resource);
  const context = Object.entries(readableContext(question.context)).map(([key, value]) => [
    key,
    typeof value === "string" ? value : [...value],
  ]);
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId },
        contextVariables: { ...callerContext, ...Object.fromEntries(context) },
      },
      identityPolicies: policy === undefined ? [] : [{ name: "role", policy: readablePolicy(policy) }],
      resourcePolicy: resourcePolicy && readablePolicy(resourcePolicy),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error")
    throw new Error(`${action} on ${resource} cannot be asked: ${JSON.stringify(answer.errors)}`);
  if (answer.resultType === "wildcard")
    throw new Error(`${action} on ${resource} cannot be asked: a request is about one resource`);
  const ignored = answer.result.ignoredContextKeys ?? [];
  if (ignored.length > 0)
    throw new Error(`${action} on ${resource} cannot be asked: it never has ${ignored.join(", ")}`);
  return answer.overallResult === "Allowed" ? "allowed" : "denied";
}

interface Caller {
  readonly accountId: string;
  readonly principal: string;
  /** Of the keys that are in every request, those that policies here may ask for. */
  readonly callerContext: Readonly<Record<string, string>>;
}

/**
 * A role's session has the role's ARN; a service has none, and acts for the account of the resource
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
 */
function callerOf(caller: string, sessionName: string | undefined, resource: string): Caller {
  const secure = { "aws:SecureTransport": "true" };
  if (/^[a-z-]+\.amazonaws\.com$/.test(caller)) {
    return { accountId: resource.split(":")[4] ?? "", principal: caller, callerContext: secure };
  }
  const [, accountId, name] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(caller) ?? [];
  if (accountId === undefined || name === undefined) throw new Error(`${caller} is not the ARN of a role`);
  return {
    accountId,
    principal: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName ?? "session"}`,
    callerContext: { "aws:PrincipalArn": caller, "aws:PrincipalAccount": accountId, ...secure },
  };
}
