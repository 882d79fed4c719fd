/** The deployment's keys: their policies decide who may use them, from the moment that somebody puts another one. */
import { authorize } from "../aws/authorization.ts";
import { createKms } from "../aws/kms.ts";
import type { AwsService } from "../aws/service.ts";
import type { Graph, PolicyDocument } from "../graph/schema.ts";

export interface KmsParts {
  readonly graph: Pick<Graph, "region" | "accountId" | "kmsKeys">;
  /** By the role's ARN. */
  readonly roles: ReadonlyMap<string, PolicyDocument>;
  /** By the resource's ARN; those of keys are replaced here. */
  readonly resources: Map<string, PolicyDocument>;
}

export const deployKms = ({ graph, roles, resources }: KmsParts): AwsService =>
  createKms({
    region: graph.region,
    accountId: graph.accountId,
    keys: graph.kmsKeys.map(({ arn }) => arn),
    policies: resources,
    mayPutAgain: async ({ roleArn, sessionName }, resource, resourcePolicy) => {
      const policy = roles.get(roleArn);
      const question = { roleArn, sessionName, policy, resourcePolicy, resource, context: {} };
      return (await authorize({ ...question, action: "kms:PutKeyPolicy" })) === "allowed";
    },
  });
