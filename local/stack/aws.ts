/**
 * The AWS half of the local world, made from the evaluated deployment: its CA, tables, log groups, roles and
 * policies. Roles that are not Warrener's are in outside-roles.ts.
 */
import * as z from "zod";
import { AcmPca } from "../aws/acm-pca/acm-pca.ts";
import type { CertificateAuthority } from "../aws/acm-pca/authority.ts";
import { authorizeBy } from "../aws/authorization.ts";
import { type DynamoDb, startDynamoDb } from "../aws/dynamodb.ts";
import { Ec2 } from "../aws/ec2/ec2.ts";
import type { ServiceEvent } from "../aws/event-bridge/event.ts";
import { EventBridge } from "../aws/event-bridge/event-bridge.ts";
import { tellVpnHealth } from "../aws/health/vpn-health.ts";
import { Identities } from "../aws/identities.ts";
import { createIssuer, type TokenIssuer } from "../aws/issuer.ts";
import { LambdaApi } from "../aws/lambda-api/lambda-api.ts";
import { Logs } from "../aws/logs.ts";
import { SecretsManager } from "../aws/secrets-manager/secrets-manager.ts";
import { type AwsServer, startAwsServer } from "../aws/server.ts";
import { createSts } from "../aws/sts.ts";
import { realTimers } from "../aws/timers.ts";
import { guid } from "../graph/identifiers.ts";
import type { Graph, PolicyDocument } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { VpnWorld } from "../vpn/world.ts";
import {
  installerPolicy,
  operatorPolicy,
  outsideRoles,
  peoplePolicy,
  relayPolicy,
  visitorPolicy,
} from "./outside-roles.ts";

export interface LocalAws {
  readonly server: AwsServer;
  readonly identities: Identities;
  readonly acmPca: AcmPca;
  readonly authority: CertificateAuthority;
  /** PEM: the CA's own certificate, then those above it. */
  readonly caCertificate: string;
  readonly logs: Logs;
  readonly dynamoDb: DynamoDb;
  /** The buses, with what was put on them; the rules are in events.ts. */
  readonly eventBridge: EventBridge;
  /** Knows a function once it was added, because functions start after the AWS that they call. */
  readonly lambda: LambdaApi;
  /** The deployment's secrets, without a value until somebody puts one. */
  readonly secretsManager: SecretsManager;
  readonly tokenIssuer: TokenIssuer;
  /** relay's own: its pods, and their log agent. */
  readonly relayRoleArn: string;
  /** relay's people: whoever has a certificate made that is not in the link. */
  readonly peopleRoleArn: string;
  /** Whoever looks around: one of relay's people, who may also read the CA, the journal and the logs. */
  readonly visitorRoleArn: string;
  /** Whoever uses the command line. */
  readonly operatorRoleArn: string;
  /** Whoever has installed Slack's app. */
  readonly installerRoleArn: string;
  close(): Promise<void>;
}

/** `vpn` is the world that both clouds' ends of the tunnels are in. */
export async function startLocalAws(kernel: Kernel, graph: Graph, vpn: VpnWorld): Promise<LocalAws> {
  const { region, accountId } = graph;
  const [dynamoDb, tokenIssuer] = await Promise.all([
    startDynamoDb({ kernel, region }),
    createIssuer(`https://${guid(accountId)}.tokens.sts.global.api.aws`, kernel),
  ]);
  const eventBridge = new EventBridge({ kernel, region, accountId, timers: realTimers });
  for (const { name } of graph.eventBuses) eventBridge.addBus(name);
  const acmPca = new AcmPca({ kernel, tell: (event) => eventBridge.tell(event) });
  const authority = await acmPca.createAuthority(caParameters(graph));
  const logs = new Logs({ kernel, region });
  for (const { name, retentionDays } of graph.logGroups) logs.createGroup(name, retentionDays);
  for (const { name, hashKey, rangeKey } of graph.tables) {
    await dynamoDb.createTable({
      name,
      partitionKey: hashKey,
      ...(rangeKey === undefined ? {} : { sortKey: rangeKey }),
    });
  }
  const secretsManager = new SecretsManager({ kernel, region, tell: (event) => eventBridge.tell(event) });
  for (const secret of graph.secrets) secretsManager.createSecret(secret);
  const tell = (event: ServiceEvent) => eventBridge.tell(event);
  const ec2 = new Ec2({ region, accountId, world: vpn, tell });
  const endHealth = tellVpnHealth({ world: vpn, region, tell });
  const lambda = new LambdaApi({ region, accountId });
  const identities = new Identities();
  const { relayRoleArn, peopleRoleArn, visitorRoleArn, operatorRoleArn, installerRoleArn } =
    outsideRoles(graph);
  const policies = policiesOf(graph)
    .set(relayRoleArn, relayPolicy(graph))
    .set(peopleRoleArn, peoplePolicy(graph))
    .set(visitorRoleArn, visitorPolicy(graph))
    .set(operatorRoleArn, operatorPolicy(graph))
    .set(installerRoleArn, installerPolicy(graph));
  const sts = createSts({ issuer: tokenIssuer, region, federationEnabled: () => true });
  const server = await startAwsServer({
    kernel,
    region,
    identities,
    services: [
      acmPca.service,
      sts,
      logs.service,
      dynamoDb.service,
      lambda.service,
      secretsManager.service,
      eventBridge.service,
      ec2.service,
    ],
    authorize: authorizeBy({ roles: policies, resources: resourcePoliciesOf(graph) }),
  });
  const caCertificate = [authority.certificate, ...authority.above]
    .map((certificate) => certificate.toString("pem"))
    .join("\n");
  const close = async () => {
    endHealth();
    await server.close();
    await eventBridge.stop();
    await dynamoDb.close();
  };
  return {
    server,
    identities,
    acmPca,
    authority,
    caCertificate,
    logs,
    dynamoDb,
    eventBridge,
    lambda,
    secretsManager,
    tokenIssuer,
    relayRoleArn,
    peopleRoleArn,
    visitorRoleArn,
    operatorRoleArn,
    installerRoleArn,
    close,
  };
}

const CaResource = z.object({
  usageMode: z.enum(["GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"]),
  certificateAuthorityConfiguration: z.object({
    keyAlgorithm: z.enum(["EC_prime256v1", "EC_secp384r1", "RSA_2048", "RSA_4096"]),
    subject: z.object({ commonName: z.string() }),
  }),
});

const TEN_YEARS_SECONDS = 10 * 365 * 86_400;

/** An adopted CA exists in the account; here one is made at its ARN. */
function caParameters(graph: Graph) {
  const { arn, inputs } = graph.certificateAuthority;
  const common = { arn, lifetimeSeconds: TEN_YEARS_SECONDS };
  if (inputs === undefined)
    return { ...common, commonName: "Adopted CA", usageMode: "SHORT_LIVED_CERTIFICATE" as const };
  const { usageMode, certificateAuthorityConfiguration } = CaResource.parse(inputs);
  const { keyAlgorithm, subject } = certificateAuthorityConfiguration;
  return { ...common, commonName: subject.commonName, usageMode, keyAlgorithm };
}

function policiesOf(graph: Graph): Map<string, PolicyDocument> {
  const roles = [...graph.functions.map(({ role }) => role), ...graph.schedules.map(({ role }) => role)];
  return new Map(roles.map((role) => [role.arn, role.policy]));
}

/** The policies on things: what they allow needs no policy of the role, and a key's must allow in any case. */
function resourcePoliciesOf({
  secrets,
  kmsKeys,
  queues,
  topics,
  functionPolicies,
}: Graph): Map<string, PolicyDocument> {
  const functions = functionPolicies.map(({ functionArn: arn, policy }) => ({ arn, policy }));
  const owners = [...secrets, ...kmsKeys, ...queues, ...topics, ...functions];
  return new Map(owners.flatMap(({ arn, policy }) => (policy === undefined ? [] : [[arn, policy] as const])));
}
