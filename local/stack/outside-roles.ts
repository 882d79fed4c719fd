/** The roles of the local world that are not Warrener's, and what they may do. */
import { DEPLOYED } from "../../shared/runtime/deployed-names.ts";
import type { Graph, PolicyDocument } from "../graph/schema.ts";
import { relaySecret, type SecretParts } from "./relay-secret.ts";
import { slackTokenSecret } from "./slack-secret.ts";

export function outsideRoles({ accountId }: Pick<Graph, "accountId">) {
  const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
  return {
    relayRoleArn: role("relay"),
    peopleRoleArn: role("relay-people"),
    visitorRoleArn: role("visitor"),
    operatorRoleArn: role("operator"),
    installerRoleArn: role("installer"),
  };
}

/** What relay's pods have: they write their log, and read their own server certificate where the link has one. */
export function relayPolicy(graph: SecretParts & Pick<Graph, "region" | "logGroups">): PolicyDocument {
  const groups = graph.logGroups.map((group) => `${group.arn}:*`);
  const secret = relaySecret(graph);
  return policy([
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], groups),
    ...(secret === undefined
      ? []
      : [
          allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [secret.arn]),
          viaSecretsManager(graph.region, allow(["kms:Decrypt"], [secret.kmsKeyArn])),
        ]),
  ]);
}

/** What relay's people have: they have certificates signed that are not in the link. */
export function peoplePolicy({
  certificateAuthority: { arn },
}: Pick<Graph, "certificateAuthority">): PolicyDocument {
  const actions = ["IssueCertificate", "GetCertificate", "GetCertificateAuthorityCertificate"];
  return policy([
    allow(
      actions.map((action) => `acm-pca:${action}`),
      [arn],
    ),
  ]);
}

/** All that relay's people may and its log agent, and reading what Warrener reads and writes; never a key. */
export function visitorPolicy(
  graph: Pick<Graph, "certificateAuthority" | "logGroups" | "tables">,
): PolicyDocument {
  const { certificateAuthority, logGroups, tables } = graph;
  const groups = logGroups.map(({ arn }) => `${arn}:*`);
  return policy([
    ...peoplePolicy(graph).Statement,
    allow(["logs:CreateLogStream", "logs:PutLogEvents", "logs:FilterLogEvents"], groups),
    allow(["acm-pca:DescribeCertificateAuthority"], [certificateAuthority.arn]),
    allow(
      ["dynamodb:GetItem", "dynamodb:Query"],
      tables.map(({ arn }) => arn),
    ),
  ]);
}

/** What the command line needs, and no more: docs/operating.md has the same for a real account. */
export function operatorPolicy({ functions, tables }: Pick<Graph, "functions" | "tables">): PolicyDocument {
  const things = [DEPLOYED.renewCertificates, DEPLOYED.renewRelayCertificate];
  const renewals = functions.filter(({ name }) => things.some((thing) => name.endsWith(`-${thing}`)));
  return policy([
    allow(
      ["lambda:InvokeFunction"],
      renewals.map(({ arn }) => arn),
    ),
    allow(
      ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
      tables.map(({ arn }) => arn),
    ),
  ]);
}

/** Whoever has installed Slack's app: they put its token where the deployment reads it, and cannot read it there. */
export function installerPolicy(graph: SecretParts & Pick<Graph, "region">): PolicyDocument {
  const secret = slackTokenSecret(graph);
  if (secret === undefined) return policy([]);
  const { arn, kmsKeyArn } = secret;
  return policy([
    allow(["secretsmanager:PutSecretValue"], [arn]),
    ...(kmsKeyArn === undefined
      ? []
      : [viaSecretsManager(graph.region, allow(["kms:GenerateDataKey"], [kmsKeyArn]))]),
  ]);
}

const policy = (Statement: PolicyDocument["Statement"]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});

const allow = (Action: string[], Resource: string[]) => ({ Effect: "Allow" as const, Action, Resource });

const viaSecretsManager = (region: string, statement: ReturnType<typeof allow>) => ({
  ...statement,
  Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
});
