/**
 * The policies on things: whose they are, and what no such policy may say. A policy of a kind that is not known here
 * is a fault, so that none is overlooked.
 */
import { z } from "zod";
import { lintPolicy } from "../graph/policy-lint.ts";
import { type Graph, PolicyDocument, type Resource, type Statement } from "../graph/schema.ts";
import { json, resourcesOf } from "../graph/views.ts";

export interface OwnedPolicy {
  readonly owner: string;
  readonly policy: PolicyDocument;
}

type Parts = Pick<
  Graph,
  "accountId" | "resources" | "secrets" | "kmsKeys" | "queues" | "topics" | "functionPolicies"
>;

/** Types of resources that give somebody rights, all of which are looked at: below, or with the roles. */
const KNOWN = [
  "aws:iam/role:Role",
  "aws:lambda/permission:Permission",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
];
const GIVES_RIGHTS = /Policy$|Permission$|Grant$|:Role$|RolePolicyAttachment$|PolicyAttachment$|:User$/;

export function resourcePolicies(graph: Parts): OwnedPolicy[] {
  const owned = [...graph.secrets, ...graph.kmsKeys, ...graph.queues, ...graph.topics].flatMap(
    ({ arn, policy }) => (policy === undefined ? [] : [{ owner: arn, policy }]),
  );
  const buckets = resourcesOf(graph.resources, "aws:s3/bucketPolicy:BucketPolicy", {
    bucket: z.string(),
    policy: json(PolicyDocument),
  }).map(({ bucket, policy }) => ({ owner: `arn:aws:s3:::${bucket}`, policy }));
  const functions = graph.functionPolicies.map(({ functionArn, policy }) => ({ owner: functionArn, policy }));
  return [...owned, ...buckets, ...functions];
}

/** Returns one sentence for each fault. */
export async function resourcePolicyFaults(graph: Parts): Promise<string[]> {
  const faults = resourcePolicies(graph).map(async ({ owner, policy }) => {
    const about = policy.Statement.map((statement) => aboutOwner(statement, owner));
    const found = [
      ...about.flatMap((statement) => grantFaults(statement, graph.accountId)),
      ...(await lintPolicy({ ...policy, Statement: about })),
    ];
    return found.map((fault) => `${owner}: ${fault}`);
  });
  return [...(await Promise.all(faults)).flat(), ...unknownKinds(graph.resources)];
}

/** In the policy of a key or a secret, "*" is that key or secret. */
function aboutOwner(statement: Statement, owner: string): Statement {
  const Resource = (statement.Resource ?? ["*"]).map((resource) => (resource === "*" ? owner : resource));
  return { ...statement, Resource };
}

/** What reads or makes what a key protects: an administrator's right to the key is none to this. */
const KEY_USE =
  /^kms:(Decrypt|Encrypt|GenerateDataKey.*|GenerateMac|Sign|ReEncrypt.*|CreateGrant|DeriveSharedSecret)$/;

function grantFaults({ Effect, Principal, Action, Condition = {} }: Statement, account: string): string[] {
  if (Effect === "Deny") return [];
  const [action = ""] = Action;
  if (Principal === undefined) return [`${action}: is given to nobody`];
  if (Principal === "*") return [`${action}: is given to everybody`];
  const keys = Object.values(Condition).flatMap((pairs) =>
    Object.keys(pairs).map((key) => key.toLowerCase()),
  );
  const ofService = Object.keys(Principal).includes("Service");
  const root = `arn:aws:iam::${account}:root`;
  const ofAccount = Principal["AWS"]?.includes(root) === true;
  const used = Action.filter((one) => KEY_USE.test(one));
  return [
    // Otherwise the service does the same for any other account (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
    ...(ofService && !keys.some((key) => key === "aws:sourcearn" || key === "aws:sourceaccount")
      ? [`${action}: is given to a service, whoever it acts for`]
      : []),
    ...(ofAccount && used.length > 0 && !keys.includes("aws:principalarn")
      ? [`${used.join(", ")}: is given to whoever the account's administrators like`]
      : []),
    ...(Principal["AWS"] ?? [])
      .filter((who) => who.includes("*"))
      .map((who) => `${action}: is given to ${who}`),
  ];
}

const unknownKinds = (resources: readonly Resource[]): string[] => [
  ...new Set(
    resources
      .filter(({ type }) => type.startsWith("aws:") && GIVES_RIGHTS.test(type) && !KNOWN.includes(type))
      .map(({ type }) => `${type}: gives somebody rights, and nothing here looks at it`),
  ),
];
