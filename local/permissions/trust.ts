/** Who may take on a role: in AWS one service each, in Azure one service account each. */
import { viewRoles } from "../graph/lambda-views.ts";
import type { Graph, Statement } from "../graph/schema.ts";

/** As much of the graph as is looked at. */
interface Parts extends Pick<Graph, "accountId" | "resources" | "federatedCredentials"> {
  readonly functions: readonly { readonly role: { readonly arn: string } }[];
  readonly schedules: readonly { readonly role: { readonly arn: string } }[];
}

/** Returns one sentence for each fault. */
export function trustFaults(graph: Parts): string[] {
  const ofFunctions = new Set(graph.functions.map(({ role }) => role.arn));
  const ofSchedules = new Set(graph.schedules.map(({ role }) => role.arn));
  const roles = viewRoles(graph.resources).flatMap(({ name, arn, trust, managedPolicyArns }) => {
    const wanted = ofFunctions.has(arn)
      ? serviceTrust("lambda.amazonaws.com")
      : ofSchedules.has(arn)
        ? serviceTrust("scheduler.amazonaws.com", graph.accountId)
        : undefined;
    return [
      ...(wanted === undefined ? [`${name}: is the role of nothing that is deployed`] : []),
      ...(wanted !== undefined && !isSame(trust.Statement, [wanted])
        ? [`${name}: can be taken on by others than ${JSON.stringify(wanted.Principal)}`]
        : []),
      ...managedPolicyArns.map((policy) => `${name}: has ${policy}, which AWS may change`),
    ];
  });
  return [...roles, ...graph.federatedCredentials.flatMap(credentialFaults)];
}

/** Schedules of this account alone: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
function serviceTrust(service: string, account?: string): Statement {
  return {
    Effect: "Allow",
    Principal: { Service: [service] },
    Action: ["sts:AssumeRole"],
    ...(account === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
  };
}

const isSame = (one: readonly Statement[], other: readonly Statement[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const SUBJECT = /^system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+$/;

function credentialFaults(credential: Graph["federatedCredentials"][number]): string[] {
  const { identityName, issuer, subject, audiences } = credential;
  return [
    ...(SUBJECT.test(subject)
      ? []
      : [`${identityName}: is taken on by ${subject}, which is no one service account`]),
    ...(issuer.startsWith("https://") ? [] : [`${identityName}: trusts ${issuer}`]),
    ...(isOnly(audiences, "api://AzureADTokenExchange") ? [] : [`${identityName}: takes tokens for others`]),
  ];
}

const isOnly = (values: readonly string[], wanted: string): boolean =>
  values.length === 1 && values[0] === wanted;
