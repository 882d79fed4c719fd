/**
 * `aws`, as far as the steps call it: the same arguments, and the same calls by AWS's own SDK. AWS's command line is
 * no package that a test here could install. What no stand-in answers (which CAs there are) comes from the
 * environment.
 */
import {
  ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
  waitUntilCertificateIssued,
} from "@aws-sdk/client-acm-pca";
import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeVpnConnectionsCommand, EC2Client, ModifyVpnTunnelOptionsCommand } from "@aws-sdk/client-ec2";
import { GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as z from "zod";
import { fileOrText, type Invocation, print, readInvocation } from "./options.ts";

const COMMON = ["region", "query", "output"];
const Signing = z.enum(["SHA256WITHECDSA", "SHA384WITHECDSA", "SHA256WITHRSA"]);
const TunnelOptions = z.strictObject({ PreSharedKey: z.string() });

const invocation = readInvocation(process.argv.slice(2));
const { operation, need, find } = invocation;
const region = need("region");

print(await answer(), invocation, "None");

async function answer(): Promise<unknown> {
  const pca = new ACMPCAClient({ region });
  const ca = () => ({ CertificateAuthorityArn: need("certificate-authority-arn") });
  const certificate = () => ({ ...ca(), CertificateArn: need("certificate-arn") });
  const allow = (...options: string[]) => invocation.allow([...COMMON, ...options]);
  const secret = () => ({ SecretId: need("secret-id") });
  const keyPolicy = () => ({ KeyId: need("key-id"), PolicyName: need("policy-name") });
  switch (operation) {
    case "sts get-caller-identity":
      allow();
      return await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
    case "acm-pca list-certificate-authorities":
      allow();
      return JSON.parse(process.env["TEST_CERTIFICATE_AUTHORITIES"] ?? "");
    case "acm-pca describe-certificate-authority":
      allow("certificate-authority-arn");
      return await pca.send(new DescribeCertificateAuthorityCommand(ca()));
    case "acm-pca issue-certificate":
      allow("certificate-authority-arn", "csr", "signing-algorithm", "template-arn", "validity");
      return await pca.send(
        new IssueCertificateCommand({
          ...ca(),
          Csr: Buffer.from(fileOrText(need("csr"))),
          SigningAlgorithm: Signing.parse(need("signing-algorithm")),
          TemplateArn: need("template-arn"),
          Validity: validityOf(invocation),
        }),
      );
    case "acm-pca wait certificate-issued":
      allow("certificate-authority-arn", "certificate-arn");
      await waitUntilCertificateIssued({ client: pca, maxWaitTime: 60, minDelay: 1 }, certificate());
      return process.exit();
    case "acm-pca get-certificate":
      allow("certificate-authority-arn", "certificate-arn");
      return await pca.send(new GetCertificateCommand(certificate()));
    case "acm-pca get-certificate-authority-certificate":
      allow("certificate-authority-arn");
      return await pca.send(new GetCertificateAuthorityCertificateCommand(ca()));
    case "logs filter-log-events":
      allow("log-group-name", "start-time", "filter-pattern");
      return await filterLogEvents();
    case "secretsmanager get-secret-value":
      allow("secret-id", "version-stage");
      return await new SecretsManagerClient({ region }).send(
        new GetSecretValueCommand({ SecretId: need("secret-id"), VersionStage: need("version-stage") }),
      );
    case "secretsmanager describe-secret":
      allow("secret-id");
      return await new SecretsManagerClient({ region }).send(new DescribeSecretCommand(secret()));
    case "secretsmanager list-secret-version-ids":
      allow("secret-id");
      return await new SecretsManagerClient({ region }).send(new ListSecretVersionIdsCommand(secret()));
    case "secretsmanager put-secret-value":
      allow("secret-id", "version-stages", "secret-string");
      return await new SecretsManagerClient({ region }).send(
        new PutSecretValueCommand({
          ...secret(),
          VersionStages: [need("version-stages")],
          SecretString: fileOrText(need("secret-string")),
        }),
      );
    case "secretsmanager update-secret-version-stage":
      allow("secret-id", "version-stage", "remove-from-version-id", "move-to-version-id");
      return await new SecretsManagerClient({ region }).send(
        new UpdateSecretVersionStageCommand({
          ...secret(),
          VersionStage: need("version-stage"),
          RemoveFromVersionId: find("remove-from-version-id"),
          MoveToVersionId: need("move-to-version-id"),
        }),
      );
    case "kms get-key-policy":
      allow("key-id", "policy-name");
      return await new KMSClient({ region }).send(new GetKeyPolicyCommand(keyPolicy()));
    case "kms put-key-policy":
      allow("key-id", "policy-name", "policy");
      await new KMSClient({ region }).send(
        new PutKeyPolicyCommand({ ...keyPolicy(), Policy: fileOrText(need("policy")) }),
      );
      return process.exit();
    case "ec2 describe-vpn-connections":
      allow("vpn-connection-ids", "filters");
      return await new EC2Client({ region }).send(
        new DescribeVpnConnectionsCommand({
          ...(find("vpn-connection-ids") === undefined
            ? {}
            : { VpnConnectionIds: [need("vpn-connection-ids")] }),
          ...(find("filters") === undefined ? {} : { Filters: filtersOf(need("filters")) }),
        }),
      );
    case "ec2 modify-vpn-tunnel-options":
      allow("vpn-connection-id", "vpn-tunnel-outside-ip-address", "tunnel-options");
      return await new EC2Client({ region }).send(
        new ModifyVpnTunnelOptionsCommand({
          VpnConnectionId: need("vpn-connection-id"),
          VpnTunnelOutsideIpAddress: need("vpn-tunnel-outside-ip-address"),
          TunnelOptions: TunnelOptions.parse(JSON.parse(fileOrText(need("tunnel-options")))),
        }),
      );
    default:
      throw new Error(`aws ${operation} is not known here`);
  }
}

/** All pages as one, as the real one puts them together. */
async function filterLogEvents() {
  const pages = paginateFilterLogEvents(
    { client: new CloudWatchLogsClient({ region }) },
    {
      logGroupName: need("log-group-name"),
      startTime: Number(need("start-time")),
      filterPattern: fileOrText(need("filter-pattern")),
    },
  );
  const found = [];
  for await (const { events = [] } of pages) found.push(...events);
  return { events: found };
}

/** As in `Name=tag:Name,Values=one Name=state,Values=available`, of one value each. */
function filtersOf(text: string) {
  return text.split(" ").map((one) => {
    const [, name, value] = /^Name=(.+),Values=([^,]+)$/.exec(one) ?? [];
    if (name === undefined || value === undefined) throw new Error(`this filter is not known here: ${one}`);
    return { Name: name, Values: [value] };
  });
}

/** As in `Value=1795248000,Type=ABSOLUTE`. */
function validityOf({ need }: Invocation) {
  const [, value] = /^Value=(\d+),Type=ABSOLUTE$/.exec(need("validity")) ?? [];
  if (value === undefined) throw new Error(`this validity is not known here: ${need("validity")}`);
  return { Value: Number(value), Type: "ABSOLUTE" as const };
}
