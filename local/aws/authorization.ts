/**
 * Decides whether a role's policy allows a request, as IAM would. The one file that imports iam-simulate,
 * which is AGPL: it is used while developing and testing, and is in nothing that is deployed.
 */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../graph/schema.ts";

export interface AuthorizationQuestion {
  roleArn: string;
  /** The role's own policy. */
  policy: PolicyDocument;
  /** `service:Action` */
  action: string;
  /** The ARN that the request is about, or "*" for an action that takes none. */
  resource: string;
  /** Condition keys that the service sets for this request. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Throws when the question itself is wrong: an action that does not exist, a resource of a type that the
 * action does not take, a condition key that the service never sets. None of these is a refusal of IAM's.
 */
export async function authorize(question: AuthorizationQuestion): Promise<"allowed" | "denied"> {
  const { roleArn, policy, action, resource } = question;
  const { accountId, sessionArn } = parseRole(roleArn);
  const context = Object.entries(question.context).map(([key, value]) => [
    key,
    typeof value === "string" ? value : [...value],
  ]);
  const answer = await runSimulation(
    {
      request: {
        principal: sessionArn,
        action,
        resource: { resource, accountId },
        contextVariables: Object.fromEntries(context),
      },
      identityPolicies: [{ name: "role", policy }],
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

function parseRole(roleArn: string): { accountId: string; sessionArn: string } {
  const [, accountId, name] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(roleArn) ?? [];
  if (accountId === undefined || name === undefined) throw new Error(`${roleArn} is not the ARN of a role`);
  return { accountId, sessionArn: `arn:aws:sts::${accountId}:assumed-role/${name}/session` };
}
