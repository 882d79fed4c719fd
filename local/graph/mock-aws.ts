/**
 * What AWS would answer for each resource of the deployment, besides its inputs. A type that is not in
 * the table fails the evaluation: a guessed ARN would make every check of a policy worthless.
 * ARN forms: https://docs.aws.amazon.com/service-authorization/latest/reference/ (each service's resource types).
 */
import { ACCOUNT_ID, CA_CERTIFICATE_PLACEHOLDER, guid, TOKEN_ISSUER_PLACEHOLDER } from "./identifiers.ts";
import type { MockResource, MockState } from "./mock.ts";

type State = (resource: MockResource, region: string) => MockState;

const arn = (service: string, region: string, rest: string) =>
  `arn:aws:${service}:${region}:${ACCOUNT_ID}:${rest}`;

/** The physical name: as given, or else the logical one. */
const nameOf = ({ inputs, name }: MockResource) =>
  typeof inputs["name"] === "string" ? inputs["name"] : name;

const named =
  (toArn: (name: string, region: string) => string): State =>
  (resource, region) => {
    const name = nameOf(resource);
    return { id: name, state: { name, arn: toArn(name, region) } };
  };

const certificateAuthority: State = ({ name }, region) => {
  const id = arn("acm-pca", region, `certificate-authority/${guid(name)}`);
  return { id, state: { arn: id, certificateSigningRequest: "{{certificate-signing-request}}" } };
};

const caCertificate: State = ({ inputs }) => {
  const id = `${inputs["certificateAuthorityArn"]}/certificate/1`;
  return { id, state: { arn: id, certificate: CA_CERTIFICATE_PLACEHOLDER, certificateChain: "" } };
};

const queue: State = (resource, region) => {
  const name = nameOf(resource);
  const url = `https://sqs.${region}.amazonaws.com/${ACCOUNT_ID}/${name}`;
  return { id: url, state: { name, url, arn: arn("sqs", region, name) } };
};

const schedule: State = (resource, region) => {
  const name = nameOf(resource);
  return {
    id: `default/${name}`,
    state: { name, groupName: "default", arn: arn("scheduler", region, `schedule/default/${name}`) },
  };
};

/** Rules of the default bus have no bus in their ARN. */
const eventRule: State = (resource, region) => {
  const name = nameOf(resource);
  const bus = String(resource.inputs["eventBusName"] ?? "default").replace(/^arn:[^/]+:event-bus\//, "");
  const path = bus === "default" ? name : `${bus}/${name}`;
  return { id: path, state: { name, eventBusName: bus, arn: arn("events", region, `rule/${path}`) } };
};

const permission: State = ({ name, inputs }) => {
  const statementId = typeof inputs["statementId"] === "string" ? inputs["statementId"] : name;
  return { id: statementId, state: { statementId } };
};

const attached: State = ({ name }) => ({ id: guid(name), state: {} });

const key: State = ({ name }, region) => {
  const id = guid(name);
  return { id, state: { keyId: id, arn: arn("kms", region, `key/${id}`) } };
};

const alias: State = (resource, region) => {
  const name = nameOf(resource);
  return { id: name, state: { name, arn: arn("kms", region, name) } };
};

/** The service adds a hyphen and six characters of its own to the name. */
const secret: State = (resource, region) => {
  const name = nameOf(resource);
  const id = arn("secretsmanager", region, `secret:${name}-${guid(name).slice(0, 6)}`);
  return { id, state: { name, arn: id } };
};

const STATES: Readonly<Record<string, State>> = {
  "aws:acmpca/certificate:Certificate": caCertificate,
  "aws:acmpca/certificateAuthority:CertificateAuthority": certificateAuthority,
  "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": attached,
  "aws:cloudwatch/eventBus:EventBus": named((name, region) => arn("events", region, `event-bus/${name}`)),
  "aws:cloudwatch/eventPermission:EventPermission": permission,
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": attached,
  "aws:cloudwatch/logGroup:LogGroup": named((name, region) => arn("logs", region, `log-group:${name}`)),
  "aws:dynamodb/table:Table": named((name, region) => arn("dynamodb", region, `table/${name}`)),
  "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation": () => ({
    id: ACCOUNT_ID,
    state: { issuerIdentifier: TOKEN_ISSUER_PLACEHOLDER },
  }),
  "aws:iam/role:Role": named((name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`),
  "aws:kms/alias:Alias": alias,
  "aws:kms/key:Key": key,
  "aws:lambda/function:Function": named((name, region) => arn("lambda", region, `function:${name}`)),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": attached,
  "aws:lambda/permission:Permission": permission,
  "aws:s3/bucketObjectv2:BucketObjectv2": ({ inputs }) => ({ id: String(inputs["key"]), state: {} }),
  "aws:scheduler/schedule:Schedule": schedule,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretPolicy:SecretPolicy": ({ inputs }) => ({
    id: String(inputs["secretArn"]),
    state: {},
  }),
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": attached,
  "random:index/randomBytes:RandomBytes": ({ name, inputs }) => {
    const bytes = Buffer.alloc(Number(inputs["length"]), guid(name));
    return { id: guid(name), state: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
  },
};

export function awsState(resource: MockResource, region: string): MockState {
  const state = STATES[resource.type];
  if (state === undefined)
    throw new Error(`no state is known for ${resource.type}: add it to local/graph/mock-aws.ts`);
  return state(resource, region);
}
