/** What the clouds would answer to the lookups that the deployment makes. Others fail the evaluation. */
import { z } from "zod";
import {
  ACCOUNT_ID,
  caCertificatePlaceholder,
  DEPLOYER_ID,
  guid,
  INFREQUENT_LOG_GROUP,
  SUBSCRIPTION_ID,
  TENANT_ID,
} from "./identifiers.ts";

type Inputs = Readonly<Record<string, unknown>>;
type Answer = (inputs: Inputs, region: string, adoptedCa?: AdoptedCa) => Record<string, unknown>;

/** PEM: the CA's own certificate, and those above it. */
export const AdoptedCa = z.object({ certificate: z.string(), certificateChain: z.string() });
export type AdoptedCa = z.infer<typeof AdoptedCa>;

const unknownCa = (arn: string): AdoptedCa => ({
  certificate: caCertificatePlaceholder(arn),
  certificateChain: "",
});

const PolicyStatement = z.object({
  sid: z.string().optional(),
  effect: z.string().default("Allow"),
  actions: z.array(z.string()),
  resources: z.array(z.string()).optional(),
  principals: z.array(z.object({ type: z.string(), identifiers: z.array(z.string()) })).default([]),
  conditions: z
    .array(z.object({ test: z.string(), variable: z.string(), values: z.array(z.string()) }))
    .default([]),
});
type PolicyStatement = z.infer<typeof PolicyStatement>;

/** The provider builds this document itself, without a call. One value stays a string, as it writes it. */
const policyDocument: Answer = (inputs) => {
  const statements = z.array(PolicyStatement).parse(inputs["statements"]);
  const json = JSON.stringify({ Version: "2012-10-17", Statement: statements.map(statementJson) });
  return { ...inputs, json, minifiedJson: json };
};

function statementJson({ sid, effect, actions, resources, principals, conditions }: PolicyStatement): object {
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    Action: single(actions),
    ...(resources === undefined ? {} : { Resource: single(resources) }),
    ...(principals.length === 0
      ? {}
      : {
          Principal: Object.fromEntries(
            principals.map(({ type, identifiers }) => [type, single(identifiers)]),
          ),
        }),
    ...(conditions.length === 0 ? {} : { Condition: conditionJson(conditions) }),
  };
}

function conditionJson(conditions: PolicyStatement["conditions"]): object {
  const operators = Object.groupBy(conditions, ({ test }) => test);
  return Object.fromEntries(
    Object.entries(operators).map(([test, keys = []]) => [
      test,
      Object.fromEntries(keys.map(({ variable, values }) => [variable, single(values)])),
    ]),
  );
}

const single = (values: string[]) => (values.length === 1 ? values[0] : values);

const ANSWERS: Readonly<Record<string, Answer>> = {
  "aws:acmpca/getCertificateAuthority:getCertificateAuthority": (inputs, _region, ca) => ({
    ...inputs,
    ...(ca ?? unknownCa(String(inputs["arn"]))),
    status: "ACTIVE",
  }),
  "aws:cloudwatch/getLogGroup:getLogGroup": (inputs, region) => ({
    ...inputs,
    arn: `arn:aws:logs:${region}:${ACCOUNT_ID}:log-group:${inputs["name"]}`,
    logGroupClass: inputs["name"] === INFREQUENT_LOG_GROUP ? "INFREQUENT_ACCESS" : "STANDARD",
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": policyDocument,
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    accountId: ACCOUNT_ID,
    arn: `arn:aws:iam::${ACCOUNT_ID}:role/deployer`,
    userId: "AROADEPLOYER",
  }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws", dnsSuffix: "amazonaws.com" }),
  "aws:index/getRegion:getRegion": (_inputs, region) => ({ region, name: region }),
  "azure-native:authorization:getClientConfig": () => ({
    clientId: guid("deployer's application"),
    objectId: DEPLOYER_ID,
    subscriptionId: SUBSCRIPTION_ID,
    tenantId: TENANT_ID,
  }),
};

export function mockCall(
  token: string,
  inputs: Inputs,
  region: string,
  adoptedCa?: AdoptedCa,
): Record<string, unknown> {
  const answer = ANSWERS[token];
  if (answer === undefined)
    throw new Error(`no answer is known for ${token}: add it to local/graph/mock-calls.ts`);
  return { id: token, ...answer(inputs, region, adoptedCa) };
}
