/** The roles of the local world that are not Warrener's, and what they may do. */
import { TEMPLATE_OF } from "../../shared/certificates/authority.ts";
import { DEPLOYED } from "../../shared/runtime/deployed-names.ts";
import type { Graph, PolicyDocument } from "../graph/schema.ts";
import { relaySecret, type SecretParts } from "./relay-secret.ts";
import { slackTokenSecret } from "./slack-secret.ts";
import type { ReadableSecret } from "./workload-secrets.ts";

export function outsideRoles({ accountId }: Pick<Graph, "accountId">) {
  const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
  return {
    relayRoleArn: role("relay"),
    peopleRoleArn: role("relay-people"),
    visitorRoleArn: role("visitor"),
    operatorRoleArn: role("operator"),
    installerRoleArn: role("installer"),
    responderRoleArn: role("responder"),
  };
}

/**
 * What relay's pods have: they write their log, and read their own server certificate where the link has one, and those
 * secrets that the link gives them besides.
 */
export function relayPolicy(
  graph: SecretParts & Pick<Graph, "region" | "logGroups">,
  others: readonly ReadableSecret[] = [],
): PolicyDocument {
  const groups = graph.logGroups.map((group) => `${group.arn}:*`);
  const secret = relaySecret(graph);
  const secrets = secret === undefined ? others : [secret, ...others];
  return policy([
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], groups),
    ...secrets.flatMap(({ arn, kmsKeyArn }) => [
      allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [arn]),
      viaSecretsManager(graph.region, allow(["kms:Decrypt"], [kmsKeyArn])),
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

/**
 * All that relay's people may and its log agent, and reading what Warrener reads and writes; never a key. And whoever
 * looks around may open a port, to see it healed.
 */
export function visitorPolicy(
  graph: Pick<Graph, "certificateAuthority" | "logGroups" | "tables" | "region" | "accountId">,
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
    ...changeSecurityGroups(graph),
  ]);
}

/** What a network administrator has, of all groups of the account. */
function changeSecurityGroups({ region, accountId }: Pick<Graph, "region" | "accountId">) {
  const any = (type: string) => `arn:aws:ec2:${region}:${accountId}:${type}/*`;
  const both = (action: string) => [`ec2:${action}Ingress`, `ec2:${action}Egress`];
  return [
    allow(["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"], ["*"]),
    allow(
      [
        ...both("AuthorizeSecurityGroup"),
        ...both("RevokeSecurityGroup"),
        ...both("UpdateSecurityGroupRuleDescriptions"),
        "ec2:ModifySecurityGroupRules",
      ],
      [any("security-group"), any("security-group-rule"), any("prefix-list")],
    ),
  ];
}

/** What the command line needs, and no more: docs/operating.md has the same for a real account. */
export function operatorPolicy({ functions, tables }: Pick<Graph, "functions" | "tables">): PolicyDocument {
  const things = [
    DEPLOYED.renewCertificates,
    DEPLOYED.renewRelayCertificate,
    DEPLOYED.healAllowlists,
    DEPLOYED.rotateApiKeys,
    DEPLOYED.rotatePreSharedKeys,
    DEPLOYED.publishTrust,
  ];
  const asked = functions.filter(({ name }) => things.some((thing) => name.endsWith(`-${thing}`)));
  return policy([
    allow(
      ["lambda:InvokeFunction"],
      asked.map(({ arn }) => arn),
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

/** Whoever does by hand what Warrener cannot do now: docs/break-glass.md has the same for a real account. */
export function responderPolicy(
  graph: SecretParts & Pick<Graph, "certificateAuthority" | "logGroups" | "region" | "accountId">,
): PolicyDocument {
  const {
    certificateAuthority: { arn },
    logGroups,
    region,
    accountId,
  } = graph;
  const secret = relaySecret(graph);
  const templates = [TEMPLATE_OF.client, ...(secret === undefined ? [] : [TEMPLATE_OF.server])];
  const look = ["DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate"];
  return policy([
    allow(
      look.map((action) => `acm-pca:${action}`),
      [arn],
    ),
    {
      ...allow(["acm-pca:IssueCertificate"], [arn]),
      Condition: { StringEquals: { "acm-pca:TemplateArn": templates } },
    },
    allow(
      ["logs:FilterLogEvents"],
      logGroups.map((group) => `${group.arn}:*`),
    ),
    allow(["ec2:DescribeVpnConnections"], ["*"]),
    allow(["ec2:ModifyVpnTunnelOptions"], [`arn:aws:ec2:${region}:${accountId}:vpn-connection/*`]),
    ...(secret === undefined ? [] : fillSecret(secret)),
  ]);
}

/** To put a version there, and never to read one: for its key, no more than to say who may use it. */
const fillSecret = ({ arn, kmsKeyArn }: ReadableSecret) => [
  allow(
    ["DescribeSecret", "ListSecretVersionIds", "PutSecretValue", "UpdateSecretVersionStage"].map(
      (action) => `secretsmanager:${action}`,
    ),
    [arn],
  ),
  allow(["kms:GetKeyPolicy", "kms:PutKeyPolicy"], [kmsKeyArn]),
];

const policy = (Statement: PolicyDocument["Statement"]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});

const allow = (Action: string[], Resource: string[]) => ({ Effect: "Allow" as const, Action, Resource });

const viaSecretsManager = (region: string, statement: ReturnType<typeof allow>) => ({
  ...statement,
  Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
});
