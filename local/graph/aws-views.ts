/** What the graph says of AWS besides its Lambdas: the CA, tables, queues and log groups. */
import { z } from "zod";
import { type Graph, type LambdaFunction, PolicyDocument, type Resource } from "./schema.ts";
import { json, only, resourcesOf } from "./views.ts";

const named = { name: z.string(), arn: z.string() };

/** A created CA is a resource; an adopted one is known only by what the functions are told of it. */
export function viewCertificateAuthority(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): Graph["certificateAuthority"] {
  const told = new Set(functions.flatMap(({ environment }) => environment["CA_ARN"] ?? []));
  const arn = only([...told], "certificate authority that functions are told of");
  const created = resources.find(
    (resource) => resource.type === "aws:acmpca/certificateAuthority:CertificateAuthority",
  );
  if (created === undefined) return { arn };
  if (created.id !== arn)
    throw new Error(`the functions use ${arn}, but the deployment creates ${created.id}`);
  return { arn, inputs: created.inputs };
}

export function viewTables(resources: readonly Resource[]): Graph["tables"] {
  return resourcesOf(resources, "aws:dynamodb/table:Table", {
    ...named,
    hashKey: z.string(),
    rangeKey: z.string().optional(),
    attributes: z.array(z.object({ name: z.string(), type: z.string() })),
    ttl: z.object({ enabled: z.literal(true), attributeName: z.string() }).optional(),
  }).map(({ name, arn, hashKey, rangeKey, attributes, ttl }) => ({
    name,
    arn,
    hashKey,
    rangeKey,
    attributes,
    ttlAttribute: ttl?.attributeName,
  }));
}

export function viewQueues(resources: readonly Resource[]): Graph["queues"] {
  const policies = resourcesOf(resources, "aws:sqs/queuePolicy:QueuePolicy", {
    queueUrl: z.string(),
    policy: json(PolicyDocument),
  });
  return resourcesOf(resources, "aws:sqs/queue:Queue", {
    ...named,
    url: z.string(),
    messageRetentionSeconds: z.number(),
  }).map(({ name, arn, url, messageRetentionSeconds }) => ({
    name,
    arn,
    url,
    retentionSeconds: messageRetentionSeconds,
    policy: policies.find(({ queueUrl }) => queueUrl === url)?.policy,
  }));
}

export function viewLogGroups(resources: readonly Resource[]): Graph["logGroups"] {
  return resourcesOf(resources, "aws:cloudwatch/logGroup:LogGroup", {
    ...named,
    retentionInDays: z.number(),
  }).map(({ name, arn, retentionInDays }) => ({ name, arn, retentionDays: retentionInDays }));
}
