/** What the graph says of AWS besides its Lambdas: the CA, tables, queues and trails. */
import { z } from "zod";
import { type Graph, type LambdaFunction, PolicyDocument, type Resource } from "./schema.ts";
import { json, only, resourcesOf } from "./views.ts";

const named = { name: z.string(), arn: z.string() };

type Authorities = Pick<Graph, "certificateAuthority" | "furtherAuthorities">;

/** A created CA is a resource; an adopted one is known only by what the functions are told of it. */
export function viewCertificateAuthorities(
  resources: readonly Resource[],
  functions: readonly LambdaFunction[],
): Authorities {
  const created = resources.filter(
    (resource) => resource.type === "aws:acmpca/certificateAuthority:CertificateAuthority",
  );
  const toldAs = (name: string) => [
    ...new Set(functions.flatMap(({ environment }) => environment[name] ?? [])),
  ];
  const issuing = only(toldAs("CA_ARN"), "certificate authority that functions are told of");
  const others = [...toldAs("NEXT_CA_ARN"), ...toldAs("FAILOVER_CA_ARN")];
  const unknown = created.find(({ id }) => id !== issuing && !others.includes(id));
  if (unknown !== undefined)
    throw new Error(
      `the functions use ${[issuing, ...others].join(", ")}, but the deployment creates ${unknown.id}`,
    );
  const withInputs = (arn: string) => {
    const inputs = created.find(({ id }) => id === arn)?.inputs;
    return { arn, ...(inputs === undefined ? {} : { inputs }) };
  };
  return { certificateAuthority: withInputs(issuing), furtherAuthorities: others.map(withInputs) };
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

/** Each records what writes, of the whole account; a trail that is switched off is no trail. */
export function viewTrails(resources: readonly Resource[]): Graph["trails"] {
  return resourcesOf(resources, "aws:cloudtrail/trail:Trail", {
    ...named,
    s3BucketName: z.string(),
    enableLogging: z.literal(true).optional(),
    eventSelectors: z.tuple([
      z.object({ readWriteType: z.enum(["WriteOnly", "All"]), includeManagementEvents: z.literal(true) }),
    ]),
  }).map(({ name, arn, s3BucketName }) => ({ name, arn, bucket: s3BucketName }));
}
