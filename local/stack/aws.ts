/**
 * The AWS half of the local world, made from the evaluated deployment: its CA, tables, log groups, roles and
 * policies. Roles that are not Warrener's are in outside-roles.ts.
 */
import * as z from "zod";
import type { Link } from "../../shared/link/schema.ts";
import { AcmPca } from "../aws/acm-pca/acm-pca.ts";
import type { CertificateAuthority } from "../aws/acm-pca/authority.ts";
import { authorizeBy } from "../aws/authorization.ts";
import { type DynamoDb, startDynamoDb } from "../aws/dynamodb.ts";
import { Ec2 } from "../aws/ec2/ec2.ts";
import { keySecrets } from "../aws/ec2/key-secret.ts";
import type { SecurityGroupWorld } from "../aws/ec2/security-groups/world.ts";
import type { ServiceEvent } from "../aws/event-bridge/event.ts";
import { EventBridge } from "../aws/event-bridge/event-bridge.ts";
import { tellVpnHealth } from "../aws/health/vpn-health.ts";
import { Identities } from "../aws/identities.ts";
import { createIssuer, type TokenIssuer } from "../aws/issuer.ts";
import { LambdaApi } from "../aws/lambda-api/lambda-api.ts";
import type { Logs } from "../aws/logs.ts";
import { SecretsManager } from "../aws/secrets-manager/secrets-manager.ts";
import { type AwsServer, startAwsServer } from "../aws/server.ts";
import { createSts } from "../aws/sts.ts";
import { realTimers, shortenDelays } from "../aws/timers.ts";
import { guid } from "../graph/identifiers.ts";
import type { Graph, PolicyDocument } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { VpnWorld } from "../vpn/world.ts";
import { createSecurityGroups } from "./allowlists.ts";
import { deployKms } from "./kms.ts";
import { createLogs } from "./logs.ts";
import {
  installerPolicy,
  operatorPolicy,
  outsideRoles,
  peoplePolicy,
  relayPolicy,
  responderPolicy,
  visitorPolicy,
} from "./outside-roles.ts";
import { writeTunnelLogs } from "./tunnel-logs.ts";
import { readableSecrets, workloadSecrets } from "./workload-secrets.ts";

export interface LocalAws {
  readonly server: AwsServer;
  readonly identities: Identities;
  readonly acmPca: AcmPca;
  /** The one that the link issues from. */
  readonly authority: CertificateAuthority;
  /** PEM, by the CA's ARN: its own certificate, then those above it. */
  readonly caCertificate: (arn: string) => string;
  readonly logs: Logs;
  readonly dynamoDb: DynamoDb;
  /** The buses, with what was put on them; the rules are in events.ts. */
  readonly eventBridge: EventBridge;
  /** Knows a function once it was added, because functions start after the AWS that they call. */
  readonly lambda: LambdaApi;
  /** The deployment's secrets, without a value until somebody puts one. */
  readonly secretsManager: SecretsManager;
  /** Those of the link, and what people do to them. */
  readonly securityGroups: SecurityGroupWorld;
  readonly tokenIssuer: TokenIssuer;
  /** relay's own: its pods, and their log agent. */
  readonly relayRoleArn: string;
  /** relay's people: whoever has a certificate made that is not in the link. */
  readonly peopleRoleArn: string;
  /** Whoever looks around: one of relay's people, who may also read the CA, the journal and the logs. */
  readonly visitorRoleArn: string;
  /** Whoever uses the command line. */
  readonly operatorRoleArn: string;
  /** Whoever does by hand what Warrener cannot do now. */
  readonly responderRoleArn: string;
  /** Whoever has installed Slack's app. */
  readonly installerRoleArn: string;
  close(): Promise<void>;
}

export interface AwsParts {
  readonly kernel: Kernel;
  readonly graph: Graph;
  readonly link: Link;
  /** The world that both clouds' ends of the tunnels are in. */
  readonly vpn: VpnWorld;
  /** How many times as fast as in reality the events of AWS's services come. */
  readonly speed: number;
}

export async function startLocalAws({ kernel, graph, link, vpn, speed }: AwsParts): Promise<LocalAws> {
  const { region, accountId } = graph;
  const [dynamoDb, tokenIssuer] = await Promise.all([
    startDynamoDb({ kernel, region }),
    createIssuer(`https://${guid(accountId)}.tokens.sts.global.api.aws`, kernel),
  ]);
  const eventBridge = new EventBridge({
    kernel,
    region,
    accountId,
    timers: shortenDelays(realTimers, speed),
  });
  for (const { name } of graph.eventBuses) eventBridge.addBus(name);
  const acmPca = new AcmPca({ kernel, tell: (event) => eventBridge.tell(event) });
  const authorities = await createAuthorities(acmPca, graph);
  const authority = authorityAt(authorities, graph.certificateAuthority.arn);
  const logs = createLogs(kernel, graph);
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
  const securityGroups = createSecurityGroups({ kernel, graph, link, tell });
  const keepKeys = keySecrets(secretsManager, { region, accountId });
  for (const connection of vpn.connections()) keepKeys(connection);
  const ec2 = new Ec2({
    region,
    accountId,
    world: vpn,
    faults: kernel.faults,
    securityGroups,
    tell,
    keepKeys,
  });
  const endHealth = tellVpnHealth({ world: vpn, region, tell });
  const endTunnelLogs = writeTunnelLogs({ link, graph, vpn, logs });
  const lambda = new LambdaApi({ region, accountId });
  const identities = new Identities();
  const { relayRoleArn, peopleRoleArn, visitorRoleArn, operatorRoleArn, installerRoleArn, responderRoleArn } =
    outsideRoles(graph);
  const policies = policiesOf(graph)
    .set(relayRoleArn, relayPolicy(graph, readableSecrets(workloadSecrets(graph, link))))
    .set(peopleRoleArn, peoplePolicy(graph))
    .set(visitorRoleArn, visitorPolicy(graph))
    .set(operatorRoleArn, operatorPolicy(graph))
    .set(installerRoleArn, installerPolicy(graph))
    .set(responderRoleArn, responderPolicy(graph));
  const resources = resourcePoliciesOf(graph);
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
      deployKms({ graph, roles: policies, resources }),
      eventBridge.service,
      ec2.service,
    ],
    authorize: authorizeBy({ roles: policies, resources }),
  });
  const caCertificate = (arn: string) => {
    const { certificate, above } = authorityAt(authorities, arn);
    return [certificate, ...above].map((one) => one.toString("pem")).join("\n");
  };
  const close = async () => {
    endHealth();
    endTunnelLogs();
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
    securityGroups,
    tokenIssuer,
    relayRoleArn,
    peopleRoleArn,
    visitorRoleArn,
    operatorRoleArn,
    installerRoleArn,
    responderRoleArn,
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

/** One after another: each takes a while of this process's one thread. */
async function createAuthorities(
  acmPca: AcmPca,
  { certificateAuthority, furtherAuthorities }: Graph,
): Promise<CertificateAuthority[]> {
  const created: CertificateAuthority[] = [];
  for (const one of [certificateAuthority, ...furtherAuthorities])
    created.push(await acmPca.createAuthority(caParameters(one)));
  return created;
}

function authorityAt(authorities: readonly CertificateAuthority[], arn: string): CertificateAuthority {
  const found = authorities.find((one) => one.arn === arn);
  if (found === undefined) throw new Error(`the deployment has no CA ${arn}`);
  return found;
}

/** An adopted CA exists in the account; here one is made at its ARN. */
function caParameters({ arn, inputs }: Graph["certificateAuthority"]) {
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
