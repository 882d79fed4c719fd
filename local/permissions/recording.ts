/**
 * What a stack's deployed halves asked the clouds for, each question once, beside the policies that answered. Only
 * what a deployed function did counts, or a service that acted with its role: not what a test did under its name.
 */
import { z } from "zod";
import type { Decision } from "../aws/decisions.ts";
import type { Asked } from "../azure/rbac.ts";
import { type Graph, PolicyDocument, RoleAssignment, RoleDefinition } from "../graph/schema.ts";

export const Question = z.strictObject({
  action: z.string(),
  resource: z.string(),
  context: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  result: z.enum(["allowed", "denied"]),
});
export type Question = z.infer<typeof Question>;

/** A role of AWS, with the questions that were asked under it. */
export const RecordedRole = z.strictObject({
  /** Of what has the role, such as "RenewCertificates". */
  logicalName: z.string(),
  arn: z.string(),
  policy: PolicyDocument,
  questions: z.array(Question),
});
export type RecordedRole = z.infer<typeof RecordedRole>;

const AskedOfAzure = z.strictObject({
  plane: z.enum(["control", "data"]),
  action: z.string(),
  scope: z.string(),
  allowed: z.boolean(),
});

/** The Function App's identity, with what it asked for. */
export const RecordedHand = z.strictObject({
  definitions: z.array(RoleDefinition),
  /** Those of the Function App alone. */
  assignments: z.array(RoleAssignment),
  asked: z.array(AskedOfAzure),
});
export type RecordedHand = z.infer<typeof RecordedHand>;

export const Recording = z.strictObject({
  /** What the names of the deployment's things begin with. */
  stagePrefix: z.string(),
  roles: z.array(RecordedRole),
  resourcePolicies: z.record(z.string(), PolicyDocument),
  hand: RecordedHand,
});
export type Recording = z.infer<typeof Recording>;

type Named = Pick<Graph, "app" | "stage" | "secrets" | "kmsKeys" | "roleDefinitions" | "roleAssignments">;

/** As much of a stack as is looked at. */
export interface Recorded {
  readonly graph: Named & {
    readonly functions: readonly {
      readonly logicalName: string;
      readonly role: { readonly arn: string; readonly policy: PolicyDocument };
    }[];
    readonly functionApp: { readonly principalId: string };
  };
  readonly aws: { readonly server: { decisions(): readonly Decision[] } };
  readonly azure: { readonly rbac: { asked(): readonly Asked[] } };
}

export const stagePrefixOf = ({ app, stage }: Pick<Graph, "app" | "stage">): string => `${app}-${stage}`;

export function recordingOf({ graph, aws, azure }: Recorded): Recording {
  const decisions = aws.server.decisions();
  const { principalId } = graph.functionApp;
  return {
    stagePrefix: stagePrefixOf(graph),
    roles: graph.functions.map(({ logicalName, role: { arn, policy } }) => ({
      logicalName,
      arn,
      policy,
      questions: questionsOf(decisions.filter(({ roleArn, by }) => roleArn === arn && by !== undefined)),
    })),
    resourcePolicies: Object.fromEntries(
      [...graph.secrets, ...graph.kmsKeys].flatMap(({ arn, policy }) =>
        policy === undefined ? [] : [[arn, policy]],
      ),
    ),
    hand: {
      definitions: graph.roleDefinitions,
      assignments: graph.roleAssignments.filter((one) => one.principalId === principalId),
      asked: azure.rbac
        .asked()
        .flatMap(({ principalId: who, ...question }) => (who === principalId ? [question] : [])),
    },
  };
}

function questionsOf(decisions: readonly Decision[]): Question[] {
  const distinct = new Map<string, Question>();
  for (const { action, resource, context, result } of decisions) {
    const question = { action, resource, context: { ...context }, result };
    distinct.set(JSON.stringify(question), question);
  }
  return [...distinct.values()];
}
