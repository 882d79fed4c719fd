/**
 * The AWS half of the local world, made from the evaluated deployment: its CA, tables, log groups, roles and
 * policies. Roles that are not Warrener's, of relay's own people, are declared here with what they may do.
 */
import * as z from "zod";
import { AcmPca } from "../aws/acm-pca/acm-pca.ts";
import type { CertificateAuthority } from "../aws/acm-pca/authority.ts";
import { authorize } from "../aws/authorization.ts";
import { type DynamoDb, startDynamoDb } from "../aws/dynamodb.ts";
import { Identities } from "../aws/identities.ts";
import { createIssuer, type TokenIssuer } from "../aws/issuer.ts";
import { Logs } from "../aws/logs.ts";
import { type AwsServer, startAwsServer } from "../aws/server.ts";
import { createSts } from "../aws/sts.ts";
import { guid } from "../graph/identifiers.ts";
import type { Graph, PolicyDocument } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";

export interface LocalAws {
  readonly server: AwsServer;
  readonly identities: Identities;
  readonly acmPca: AcmPca;
  readonly authority: CertificateAuthority;
  /** PEM: the CA's own certificate, then those above it. */
  readonly caCertificate: string;
  readonly logs: Logs;
  readonly dynamoDb: DynamoDb;
  readonly tokenIssuer: TokenIssuer;
  /** The people and pods around relay: its log agent, and whoever gives it its server certificate. */
  readonly relayRoleArn: string;
  /** Whoever looks around: one of relay's people, who may also read the CA, the journal and the logs. */
  readonly visitorRoleArn: string;
  close(): Promise<void>;
}

export async function startLocalAws(kernel: Kernel, graph: Graph): Promise<LocalAws> {
  const { region, accountId } = graph;
  const [dynamoDb, tokenIssuer] = await Promise.all([
    startDynamoDb({ kernel, region }),
    createIssuer(`https://${guid(accountId)}.tokens.sts.global.api.aws`, kernel),
  ]);
  const acmPca = new AcmPca({ kernel });
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
  const identities = new Identities();
  const relayRoleArn = `arn:aws:iam::${accountId}:role/relay`;
  const visitorRoleArn = `arn:aws:iam::${accountId}:role/visitor`;
  const policies = policiesOf(graph)
    .set(relayRoleArn, relayPolicy(graph))
    .set(visitorRoleArn, visitorPolicy(graph));
  const sts = createSts({ issuer: tokenIssuer, region, federationEnabled: () => true });
  const server = await startAwsServer({
    kernel,
    region,
    identities,
    services: [acmPca.service, sts, logs.service, dynamoDb.service],
    authorize: async (question) => {
      const policy = policies.get(question.roleArn);
      return policy === undefined ? "denied" : await authorize({ ...question, policy });
    },
  });
  const caCertificate = [authority.certificate, ...authority.above]
    .map((certificate) => certificate.toString("pem"))
    .join("\n");
  const close = async () => {
    await server.close();
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
    tokenIssuer,
    relayRoleArn,
    visitorRoleArn,
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

/** All that relay's people may, and reading what Warrener reads and writes. */
function visitorPolicy(graph: Graph): PolicyDocument {
  const { certificateAuthority, logGroups, tables } = graph;
  return {
    Version: "2012-10-17",
    Statement: [
      ...relayPolicy(graph).Statement,
      allow(["acm-pca:DescribeCertificateAuthority"], [certificateAuthority.arn]),
      allow(
        ["logs:FilterLogEvents"],
        logGroups.map(({ arn }) => `${arn}:*`),
      ),
      allow(
        ["dynamodb:GetItem", "dynamodb:Query"],
        tables.map(({ arn }) => arn),
      ),
    ],
  };
}

const allow = (Action: string[], Resource: string[]) => ({ Effect: "Allow" as const, Action, Resource });

/** What relay's side has in this world: it writes its log, and has its own server certificate signed. */
function relayPolicy(graph: Graph): PolicyDocument {
  const { arn } = graph.certificateAuthority;
  const groups = graph.logGroups.map((group) => `${group.arn}:*`);
  return {
    Version: "2012-10-17",
    Statement: [
      allow(["logs:CreateLogStream", "logs:PutLogEvents"], groups),
      allow(
        ["acm-pca:IssueCertificate", "acm-pca:GetCertificate", "acm-pca:GetCertificateAuthorityCertificate"],
        [arn],
      ),
    ],
  };
}
