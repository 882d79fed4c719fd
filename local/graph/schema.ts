/**
 * The graph: what would be deployed, as plain data. `resources` is everything as it was registered; the
 * rest are views of it, with every reference resolved, for whoever runs or checks the deployment.
 */
import { z } from "zod";
import { CompositeAlarm, MetricAlarm, TopicSubscription } from "./alarm-schema.ts";
import { EventBus, EventRule, EventSubscription } from "./event-schema.ts";
import { LogMetricFilter, SubscriptionFilter } from "./log-schema.ts";

/** One resource as the program registered it. `state` is its inputs with what the cloud would add. */
export const Resource = z.object({
  type: z.string(),
  /** The logical name. */
  name: z.string(),
  id: z.string(),
  /** Exists already and is only read. */
  adopted: z.boolean(),
  protect: z.boolean(),
  retainOnDelete: z.boolean(),
  /** Inputs that a deployment sets once, and never again. */
  ignoreChanges: z.array(z.string()).default([]),
  /** Type and logical name of what has to be there before it. */
  waitsFor: z.array(z.string()).default([]),
  inputs: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
});
export type Resource = z.infer<typeof Resource>;

/** What one run of the program leaves behind. */
export const Recorded = z.object({
  app: z.string(),
  stage: z.string(),
  region: z.string(),
  /** Why it failed. */
  errors: z.array(z.string()),
  /** Where each function's bundle lies, by logical name of its component. */
  builds: z.record(z.string(), z.string()),
  resources: z.array(Resource),
});
export type Recorded = z.infer<typeof Recorded>;

const oneOrMore = z.union([z.string().transform((value) => [value]), z.array(z.string())]);
const conditionValues = z.union([z.string(), z.array(z.string())]);

export const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([z.literal("*"), z.record(z.string(), oneOrMore)]).optional(),
  Action: oneOrMore,
  Resource: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
});
export type Statement = z.infer<typeof Statement>;

/** An IAM policy document. Actions and resources are always lists here. */
export const PolicyDocument = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(Statement),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

export const Role = z.object({
  logicalName: z.string(),
  name: z.string(),
  arn: z.string(),
  trust: PolicyDocument,
  policy: PolicyDocument,
  managedPolicyArns: z.array(z.string()),
});
export type Role = z.infer<typeof Role>;

/** What Lambda does with an asynchronous invocation that fails. */
export const AsyncInvoke = z.object({
  maximumRetryAttempts: z.number(),
  maximumEventAgeSeconds: z.number(),
  /** None: what failed to the last attempt is dropped. */
  onFailureArn: z.string().optional(),
});

export const LambdaFunction = z.object({
  logicalName: z.string(),
  name: z.string(),
  arn: z.string(),
  runtime: z.string(),
  architecture: z.string(),
  /** Holds the bundle, as it would be zipped. */
  directory: z.string(),
  handler: z.string(),
  /** esbuild's account of the bundle. */
  metafile: z.string(),
  environment: z.record(z.string(), z.string()),
  timeoutSeconds: z.number(),
  memoryMb: z.number(),
  /** So many runs at once are reserved for it, and no more; undefined where it shares the account's. */
  concurrencyMax: z.number().optional(),
  logGroup: z.string(),
  logFormat: z.string(),
  role: Role,
  asyncInvoke: AsyncInvoke.optional(),
});
export type LambdaFunction = z.infer<typeof LambdaFunction>;

export const Schedule = z.object({
  logicalName: z.string(),
  name: z.string(),
  arn: z.string(),
  enabled: z.boolean(),
  expression: z.string(),
  timeZone: z.string(),
  targetArn: z.string(),
  /** Logical name of the target in `functions`. */
  targetFunction: z.string(),
  /** JSON text: what the function gets as its event. */
  input: z.string(),
  maximumRetryAttempts: z.number(),
  maximumEventAgeSeconds: z.number(),
  deadLetterArn: z.string(),
  role: Role,
});
export type Schedule = z.infer<typeof Schedule>;

/** Who may use a function besides those whose own policy says so. */
export const FunctionPolicy = z.object({ functionArn: z.string(), policy: PolicyDocument });
export type FunctionPolicy = z.infer<typeof FunctionPolicy>;

export const FunctionApp = z.object({
  name: z.string(),
  resourceId: z.string(),
  hostName: z.string(),
  principalId: z.string(),
  /** Holds main.cjs, host.json and package.json, as they would be zipped. */
  directory: z.string(),
  metafile: z.string(),
  nodeVersion: z.string(),
  settings: z.record(z.string(), z.string()),
});
export type FunctionApp = z.infer<typeof FunctionApp>;

export const Vault = z.object({
  bunny: z.string(),
  name: z.string(),
  uri: z.string(),
  resourceId: z.string(),
});
export type Vault = z.infer<typeof Vault>;

/** A table of a storage account in Azure. */
export const StorageTable = z.object({ account: z.string(), name: z.string(), resourceId: z.string() });
export type StorageTable = z.infer<typeof StorageTable>;

export const RoleDefinition = z.object({
  id: z.string(),
  roleName: z.string(),
  assignableScopes: z.array(z.string()),
  actions: z.array(z.string()),
  dataActions: z.array(z.string()),
});

export const RoleAssignment = z.object({
  principalId: z.string(),
  roleDefinitionId: z.string(),
  scope: z.string(),
});

/** An identity that a workload outside Azure takes on with a token of its own issuer. */
export const FederatedCredential = z.object({
  identityName: z.string(),
  principalId: z.string(),
  clientId: z.string(),
  tenantId: z.string(),
  issuer: z.string(),
  subject: z.string(),
  audiences: z.array(z.string()),
});

/** `inputs` are those of a CA that is created; an adopted one has none. */
export const CertificateAuthority = z.object({
  arn: z.string(),
  inputs: z.record(z.string(), z.unknown()).optional(),
});

export const Table = z.object({
  name: z.string(),
  arn: z.string(),
  hashKey: z.string(),
  rangeKey: z.string().optional(),
  attributes: z.array(z.object({ name: z.string(), type: z.string() })),
  ttlAttribute: z.string().optional(),
});

export const Queue = z.object({
  name: z.string(),
  arn: z.string(),
  url: z.string(),
  retentionSeconds: z.number(),
  policy: PolicyDocument.optional(),
});

export const LogGroup = z.object({ name: z.string(), arn: z.string(), retentionDays: z.number() });

/** A secret holds no value when it is deployed. */
export const Secret = z.object({
  name: z.string(),
  arn: z.string(),
  /** Undefined for the account's own key. */
  kmsKeyArn: z.string().optional(),
  /** Who may use it besides those whose own policy says so. */
  policy: PolicyDocument.optional(),
});
export type Secret = z.infer<typeof Secret>;

/** A customer's key. Its policy is AWS's own where the deployment gives none. */
export const KmsKey = z.object({ arn: z.string(), policy: PolicyDocument });
export type KmsKey = z.infer<typeof KmsKey>;

export const Topic = z.object({
  name: z.string(),
  arn: z.string(),
  /** Who may publish to it besides those whose own policy says so. */
  policy: PolicyDocument.optional(),
  subscriptions: z.array(TopicSubscription),
});
export type Topic = z.infer<typeof Topic>;

/** CloudTrail's record of the account's changes, and where it is kept. */
export const Trail = z.object({ name: z.string(), arn: z.string(), bucket: z.string() });
export type Trail = z.infer<typeof Trail>;

export const Graph = z.object({
  app: z.string(),
  stage: z.string(),
  accountId: z.string(),
  region: z.string(),
  tenantId: z.string(),
  subscriptionId: z.string(),
  /** The copy of the sources that was evaluated; every directory below lies in it. */
  directory: z.string(),
  resources: z.array(Resource),
  functions: z.array(LambdaFunction),
  functionPolicies: z.array(FunctionPolicy),
  schedules: z.array(Schedule),
  eventBuses: z.array(EventBus),
  eventRules: z.array(EventRule),
  trails: z.array(Trail),
  functionApp: FunctionApp,
  eventSubscriptions: z.array(EventSubscription),
  vaults: z.array(Vault),
  storageTables: z.array(StorageTable),
  roleDefinitions: z.array(RoleDefinition),
  roleAssignments: z.array(RoleAssignment),
  federatedCredentials: z.array(FederatedCredential),
  /** The one that the link issues from. */
  certificateAuthority: CertificateAuthority,
  /** The one that is to take its place, and the one for when neither can sign. */
  furtherAuthorities: z.array(CertificateAuthority),
  tables: z.array(Table),
  queues: z.array(Queue),
  logGroups: z.array(LogGroup),
  subscriptionFilters: z.array(SubscriptionFilter),
  logMetricFilters: z.array(LogMetricFilter),
  secrets: z.array(Secret),
  kmsKeys: z.array(KmsKey),
  metricAlarms: z.array(MetricAlarm),
  compositeAlarms: z.array(CompositeAlarm),
  topics: z.array(Topic),
});
export type Graph = z.infer<typeof Graph>;
