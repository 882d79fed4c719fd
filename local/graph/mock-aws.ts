/**
 * What AWS would answer for each resource of the deployment, besides its inputs. A type that is not in
 * the table fails the evaluation: a guessed ARN would make every check of a policy worthless.
 * ARN forms: https://docs.aws.amazon.com/service-authorization/latest/reference/ (each service's resource types).
 */
import { ACCOUNT_ID, caCertificatePlaceholder, guid, TOKEN_ISSUER_PLACEHOLDER } from "./identifiers.ts";
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
  const authority = String(inputs["certificateAuthorityArn"]);
  const id = `${authority}/certificate/1`;
  const certificate = caCertificatePlaceholder(authority);
  return { id, state: { arn: id, certificate, certificateChain: "" } };
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

/** By its own name for the name, unlike the others. */
const compositeAlarm: State = ({ inputs, name }, region) => {
  const alarm = typeof inputs["alarmName"] === "string" ? inputs["alarmName"] : name;
  return { id: alarm, state: { alarmName: alarm, arn: arn("cloudwatch", region, `alarm:${alarm}`) } };
};

const topicSubscription: State = ({ inputs, name }) => {
  const id = `${inputs["topic"]}:${guid(name)}`;
  return { id, state: { arn: id, pendingConfirmation: inputs["protocol"] === "email" } };
};

/** AWS chooses an outside address for each tunnel; these are for documentation (RFC 5737). */
const vpnConnection: State = ({ name }, region) => {
  const id = `vpn-${hexOf(name)}`;
  const first = Number.parseInt(guid(name).slice(0, 2), 16) % 127;
  return {
    id,
    state: {
      arn: arn("ec2", region, `vpn-connection/${id}`),
      tunnel1Address: `203.0.113.${2 * first}`,
      tunnel2Address: `203.0.113.${2 * first + 1}`,
    },
  };
};

const customerGateway: State = ({ name }, region) => {
  const id = `cgw-${hexOf(name)}`;
  return { id, state: { arn: arn("ec2", region, `customer-gateway/${id}`) } };
};

const hexOf = (name: string) => guid(name).replaceAll("-", "").slice(0, 17);

/** A name within its log group, without an ARN of its own. */
const filter: State = (resource) => ({ id: nameOf(resource), state: { name: nameOf(resource) } });

/** Its id is its ARN since version 5 of the provider. */
const trail: State = (resource, region) => {
  const id = arn("cloudtrail", region, `trail/${nameOf(resource)}`);
  return { id, state: { name: nameOf(resource), arn: id, homeRegion: region } };
};

/** Names of buckets are the whole world's: no account and no region is in their ARNs. */
const bucket: State = ({ inputs, name }) => {
  const bucketName = typeof inputs["bucket"] === "string" ? inputs["bucket"] : name;
  return { id: bucketName, state: { bucket: bucketName, arn: `arn:aws:s3:::${bucketName}` } };
};
const ofBucket: State = ({ inputs }) => ({ id: String(inputs["bucket"]), state: {} });

const STATES: Readonly<Record<string, State>> = {
  "aws:acmpca/certificate:Certificate": caCertificate,
  "aws:acmpca/certificateAuthority:CertificateAuthority": certificateAuthority,
  "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": attached,
  "aws:cloudtrail/trail:Trail": trail,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": compositeAlarm,
  "aws:cloudwatch/dashboard:Dashboard": ({ inputs }) => ({ id: String(inputs["dashboardName"]), state: {} }),
  "aws:cloudwatch/eventBus:EventBus": named((name, region) => arn("events", region, `event-bus/${name}`)),
  "aws:cloudwatch/eventPermission:EventPermission": permission,
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": attached,
  "aws:cloudwatch/logGroup:LogGroup": named((name, region) => arn("logs", region, `log-group:${name}`)),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": filter,
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": filter,
  "aws:cloudwatch/metricAlarm:MetricAlarm": named((name, region) =>
    arn("cloudwatch", region, `alarm:${name}`),
  ),
  "aws:dynamodb/table:Table": named((name, region) => arn("dynamodb", region, `table/${name}`)),
  "aws:ec2/customerGateway:CustomerGateway": customerGateway,
  "aws:ec2/vpnConnection:VpnConnection": vpnConnection,
  "aws:ec2/vpnConnectionRoute:VpnConnectionRoute": attached,
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
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ofBucket,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ofBucket,
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ofBucket,
  "aws:s3/bucketObjectv2:BucketObjectv2": ({ inputs }) => ({ id: String(inputs["key"]), state: {} }),
  "aws:scheduler/schedule:Schedule": schedule,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretPolicy:SecretPolicy": ({ inputs }) => ({
    id: String(inputs["secretArn"]),
    state: {},
  }),
  "aws:sns/topic:Topic": named((name, region) => arn("sns", region, name)),
  "aws:sns/topicPolicy:TopicPolicy": ({ inputs }) => ({ id: String(inputs["arn"]), state: {} }),
  "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
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
