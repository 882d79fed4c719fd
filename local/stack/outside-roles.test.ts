import { describe, expect, it } from "vitest";
import { authorizeBy } from "../aws/authorization.ts";
import { keyArn, secretArn } from "../aws/test-secrets.ts";
import { accountId, region } from "../aws/test-world.ts";
import {
  installerPolicy,
  outsideRoles,
  peoplePolicy,
  relayPolicy,
  responderPolicy,
  visitorPolicy,
} from "./outside-roles.ts";
import { relaySecret } from "./relay-secret.ts";
import { CA_ARN, deployed, KEY_POLICY, LOG_GROUP } from "./test-deployment.ts";

const ROLES = outsideRoles({ accountId });
const VIA_SECRETS_MANAGER = {
  "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
  "kms:CallerAccount": accountId,
};

const may = (policy: ReturnType<typeof relayPolicy>, action: string, resource: string, context = {}) =>
  authorizeBy({
    roles: new Map([[ROLES.relayRoleArn, policy]]),
    resources: new Map([[keyArn, KEY_POLICY]]),
  })({ roleArn: ROLES.relayRoleArn, action, resource, context });

describe("relayPolicy", () => {
  it("lets relay read its secret, and decrypt it by way of Secrets Manager only", async () => {
    const policy = relayPolicy(deployed("with-secret"));
    expect(await may(policy, "secretsmanager:DescribeSecret", secretArn)).toBe("allowed");
    expect(await may(policy, "secretsmanager:GetSecretValue", secretArn)).toBe("allowed");
    expect(await may(policy, "kms:Decrypt", keyArn, VIA_SECRETS_MANAGER)).toBe("allowed");

    const elsewhere = { ...VIA_SECRETS_MANAGER, "kms:ViaService": `s3.${region}.amazonaws.com` };
    expect(await may(policy, "kms:Decrypt", keyArn, elsewhere)).toBe("denied");
    expect(await may(policy, "kms:Decrypt", keyArn)).toBe("denied");
    expect(await may(policy, "kms:GenerateDataKey", keyArn, VIA_SECRETS_MANAGER)).toBe("denied");
    expect(await may(policy, "kms:Decrypt", `${keyArn.slice(0, -1)}0`, VIA_SECRETS_MANAGER)).toBe("denied");
    for (const action of ["PutSecretValue", "UpdateSecretVersionStage", "ListSecretVersionIds"]) {
      expect(await may(policy, `secretsmanager:${action}`, secretArn)).toBe("denied");
    }
    expect(await may(policy, "secretsmanager:GetSecretValue", secretArn.replace("relay", "other"))).toBe(
      "denied",
    );
  });

  it("lets it read each of the other secrets that it is given, and no more of them", async () => {
    const arn = secretArn.replace("relay-certificate", "bunny-jobs-key");
    const policy = relayPolicy(deployed("without-secret"), [{ arn, kmsKeyArn: keyArn }]);
    for (const action of ["DescribeSecret", "GetSecretValue"]) {
      expect(await may(policy, `secretsmanager:${action}`, arn)).toBe("allowed");
      expect(await may(policy, `secretsmanager:${action}`, secretArn)).toBe("denied");
    }
    expect(await may(policy, "secretsmanager:PutSecretValue", arn)).toBe("denied");
    expect(await may(policy, "kms:Decrypt", keyArn, VIA_SECRETS_MANAGER)).toBe("allowed");
    expect(await may(policy, "kms:Decrypt", keyArn)).toBe("denied");
  });

  it("lets it do nothing but write its log when the link has no certificate for it", async () => {
    const policy = relayPolicy(deployed("without-secret"));
    expect(policy.Statement.flatMap(({ Action }) => Action)).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]);
    expect(await may(policy, "logs:PutLogEvents", `${LOG_GROUP.arn}:log-stream:relay-0`)).toBe("allowed");
  });

  it("never lets it have a certificate signed", async () => {
    expect(await may(relayPolicy(deployed("with-secret")), "acm-pca:IssueCertificate", CA_ARN)).toBe(
      "denied",
    );
  });
});

describe("installerPolicy", () => {
  const name = "warrener-test-slack-token";
  const tokenArn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`;
  const secrets = [{ name, arn: tokenArn, kmsKeyArn: keyArn }];

  it("lets whoever has installed Slack's app put its token, and not read it", async () => {
    const graph = deployed("with-secret");
    const policy = installerPolicy({ ...graph, secrets: [...graph.secrets, ...secrets] });
    expect(await may(policy, "secretsmanager:PutSecretValue", tokenArn)).toBe("allowed");
    expect(await may(policy, "kms:GenerateDataKey", keyArn, VIA_SECRETS_MANAGER)).toBe("allowed");
    expect(await may(policy, "secretsmanager:GetSecretValue", tokenArn)).toBe("denied");
    expect(await may(policy, "kms:Decrypt", keyArn, VIA_SECRETS_MANAGER)).toBe("denied");
    expect(await may(policy, "secretsmanager:PutSecretValue", secretArn)).toBe("denied");
  });

  it("lets them do nothing where the link tells nobody in Slack", async () => {
    expect(installerPolicy(deployed("with-secret")).Statement).toEqual([]);
  });
});

describe("the others", () => {
  it("may change security groups, to see them healed, where they are visitors, and delete none", async () => {
    const graph = deployed("with-secret");
    const group = `arn:aws:ec2:${region}:${accountId}:security-group/sg-0a1b2c3d4e5f60718`;
    for (const action of ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupEgress"]) {
      expect(await may(visitorPolicy(graph), `ec2:${action}`, group)).toBe("allowed");
      expect(await may(peoplePolicy(graph), `ec2:${action}`, group)).toBe("denied");
    }
    expect(await may(visitorPolicy(graph), "ec2:DeleteSecurityGroup", group)).toBe("denied");
  });

  it("may not read relay's secret", async () => {
    const graph = deployed("with-secret");
    for (const policy of [peoplePolicy(graph), visitorPolicy(graph)]) {
      expect(await may(policy, "secretsmanager:GetSecretValue", secretArn)).toBe("denied");
      expect(await may(policy, "kms:Decrypt", keyArn, VIA_SECRETS_MANAGER)).toBe("denied");
      expect(await may(policy, "acm-pca:IssueCertificate", CA_ARN)).toBe("allowed");
    }
  });
});

describe("relaySecret", () => {
  it("finds the secret, its key and its writer", () => {
    expect(relaySecret(deployed("with-secret"))).toEqual({
      arn: secretArn,
      kmsKeyArn: keyArn,
      writerRoleArn: `arn:aws:iam::${accountId}:role/warrener-test-renew-relay-certificate`,
    });
  });

  it("finds none in a deployment without one, or with a secret for something else", () => {
    expect(relaySecret(deployed("without-secret"))).toBe(undefined);
    expect(relaySecret({ ...deployed("with-secret"), stage: "other" })).toBe(undefined);
  });

  it("does not go on with a secret that is under no key of its own", () => {
    const graph = deployed("with-secret");
    const secrets = graph.secrets.map(({ name, arn }) => ({ name, arn, kmsKeyArn: undefined }));
    expect(() => relaySecret({ ...graph, secrets })).toThrow("is under no key of its own");
  });

  it("does not go on with a secret that nobody writes", () => {
    expect(() => relaySecret({ ...deployed("with-secret"), functions: [] })).toThrow(
      "no function of the deployment writes warrener-test-relay-certificate",
    );
  });
});

describe("responderPolicy", () => {
  const policy = responderPolicy(deployed("with-secret"));
  const connection = `arn:aws:ec2:${region}:${accountId}:vpn-connection/vpn-0a1b2c3d4e5f60718`;
  const template = (name: string) => ({ "acm-pca:TemplateArn": `arn:aws:acm-pca:::template/${name}/V1` });

  it("lets a person have certificates of clients signed, and set a tunnel's key", async () => {
    const client = template("EndEntityClientAuthCertificate");
    expect(await may(policy, "acm-pca:IssueCertificate", CA_ARN, client)).toBe("allowed");
    expect(await may(policy, "acm-pca:GetCertificate", CA_ARN)).toBe("allowed");
    expect(await may(policy, "ec2:ModifyVpnTunnelOptions", connection)).toBe("allowed");
  });

  it("lets them have relay's signed where the link has one, and put it into its secret", async () => {
    const server = template("EndEntityServerAuthCertificate");
    expect(await may(policy, "acm-pca:IssueCertificate", CA_ARN, server)).toBe("allowed");
    expect(await may(policy, "secretsmanager:PutSecretValue", secretArn)).toBe("allowed");
    const without = responderPolicy(deployed("without-secret"));
    expect(await may(without, "acm-pca:IssueCertificate", CA_ARN, server)).toBe("denied");
    expect(await may(without, "secretsmanager:PutSecretValue", secretArn)).toBe("denied");
  });

  it("lets them have no other certificate signed, revoke none, and read no secret", async () => {
    const both = template("EndEntityCertificate");
    expect(await may(policy, "acm-pca:IssueCertificate", CA_ARN, both)).toBe("denied");
    expect(await may(policy, "acm-pca:RevokeCertificate", CA_ARN)).toBe("denied");
    expect(await may(policy, "secretsmanager:GetSecretValue", secretArn)).toBe("denied");
  });
});
