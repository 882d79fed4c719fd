import { describe, expect, it } from "vitest";
import { PolicyDocument } from "../graph/schema.ts";
import { type AuthorizationQuestion, authorize, authorizeBy } from "./authorization.ts";

const roleArn = "arn:aws:iam::123456789012:role/renew";
const ca =
  "arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666";
const template = (name: string) => `arn:aws:acm-pca:::template/${name}/V1`;

const policy = PolicyDocument.parse({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "acm-pca:IssueCertificate",
      Resource: ca,
      Condition: { StringEquals: { "acm-pca:TemplateArn": template("EndEntityClientAuthCertificate") } },
    },
    {
      Effect: "Allow",
      Action: "sts:GetWebIdentityToken",
      Resource: "*",
      Condition: {
        "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": "api://ours" },
        Null: { "sts:IdentityTokenAudience": "false" },
        NumericLessThanEquals: { "sts:DurationSeconds": "300" },
      },
    },
  ],
});

const issue = (context: Record<string, string>) =>
  authorize({ roleArn, policy, action: "acm-pca:IssueCertificate", resource: ca, context });
const token = (context: Record<string, string | string[]>) =>
  authorize({ roleArn, policy, action: "sts:GetWebIdentityToken", resource: "*", context });

describe("authorize", () => {
  it("allows what a statement allows with its condition met", async () => {
    expect(await issue({ "acm-pca:TemplateArn": template("EndEntityClientAuthCertificate") })).toBe(
      "allowed",
    );
    expect(await token({ "sts:IdentityTokenAudience": ["api://ours"], "sts:DurationSeconds": "300" })).toBe(
      "allowed",
    );
  });

  it("denies another value of the condition's key, and the key's absence", async () => {
    expect(await issue({ "acm-pca:TemplateArn": template("SubordinateCACertificate_PathLen0") })).toBe(
      "denied",
    );
    expect(await issue({})).toBe("denied");
    expect(await token({ "sts:IdentityTokenAudience": ["api://theirs"], "sts:DurationSeconds": "300" })).toBe(
      "denied",
    );
    expect(
      await token({
        "sts:IdentityTokenAudience": ["api://ours", "api://theirs"],
        "sts:DurationSeconds": "300",
      }),
    ).toBe("denied");
    expect(await token({ "sts:DurationSeconds": "300" })).toBe("denied");
    expect(await token({ "sts:IdentityTokenAudience": ["api://ours"], "sts:DurationSeconds": "301" })).toBe(
      "denied",
    );
  });

  it("denies an action and a resource that no statement names", async () => {
    const context = {};
    expect(
      await authorize({ roleArn, policy, action: "acm-pca:RevokeCertificate", resource: ca, context }),
    ).toBe("denied");
    const other = ca.replace("0b1f6a2e", "ffffffff");
    expect(
      await authorize({ roleArn, policy, action: "acm-pca:GetCertificate", resource: other, context }),
    ).toBe("denied");
  });

  it("refuses to answer for an action that does not exist", async () => {
    await expect(
      authorize({ roleArn, policy, action: "acm-pca:IssueCertificat", resource: ca, context: {} }),
    ).rejects.toThrow("cannot be asked");
  });

  it("refuses to answer for a resource of a type that the action does not take", async () => {
    const resource = "arn:aws:dynamodb:eu-west-2:123456789012:table/journal";
    await expect(
      authorize({ roleArn, policy, action: "acm-pca:IssueCertificate", resource, context: {} }),
    ).rejects.toThrow("cannot be asked");
  });

  it("refuses to answer for a condition key that the service never sets", async () => {
    await expect(issue({ "sts:DurationSeconds": "300" })).rejects.toThrow("never has sts:DurationSeconds");
  });

  it("refuses to answer for what is not a role", async () => {
    await expect(
      authorize({
        roleArn: "arn:aws:iam::123456789012:user/someone",
        policy,
        action: "acm-pca:GetCertificate",
        resource: ca,
        context: {},
      }),
    ).rejects.toThrow("not the ARN of a role");
  });
});

describe("authorize, for a service", () => {
  const functionArn = "arn:aws:lambda:eu-west-2:123456789012:function:note";
  const ruleArn = "arn:aws:events:eu-west-2:123456789012:rule/note";
  const resourcePolicy = PolicyDocument.parse({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "lambda:InvokeFunction",
        Resource: functionArn,
        Condition: { ArnLike: { "AWS:SourceArn": ruleArn } },
      },
    ],
  });
  const invoke = (roleArn: string, sourceArn: string, more: Partial<AuthorizationQuestion> = {}) =>
    authorize({
      roleArn,
      resourcePolicy,
      action: "lambda:InvokeFunction",
      resource: functionArn,
      context: { "aws:SourceArn": sourceArn },
      ...more,
    });

  it("allows what the resource's policy allows it, for the source that it names", async () => {
    expect(await invoke("events.amazonaws.com", ruleArn)).toBe("allowed");
    expect(await invoke("events.amazonaws.com", `${ruleArn}-2`)).toBe("denied");
    expect(await invoke("scheduler.amazonaws.com", ruleArn)).toBe("denied");
  });

  it("denies it without the source, and where the resource has no policy", async () => {
    expect(await invoke("events.amazonaws.com", ruleArn, { context: {} })).toBe("denied");
    expect(await invoke("events.amazonaws.com", ruleArn, { resourcePolicy: undefined })).toBe("denied");
  });
});

describe("authorizeBy", () => {
  const secret = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:a-secret-a1B2c3";
  const key = "arn:aws:kms:eu-west-2:123456789012:key/0b1f6a2e-1111-4222-8333-444455556666";
  const document = (statement: object) =>
    PolicyDocument.parse({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Resource: "*", ...statement }],
    });
  const read = { roleArn, action: "secretsmanager:GetSecretValue", resource: secret, context: {} };

  it("denies a role that no policy names", async () => {
    expect(await authorizeBy({ roles: new Map(), resources: new Map() })(read)).toBe("denied");
  });

  it("allows what either the role's or the resource's policy allows", async () => {
    const roles = new Map([[roleArn, document({ Action: read.action })]]);
    expect(await authorizeBy({ roles, resources: new Map() })(read)).toBe("allowed");
    const onSecret = document({ Action: read.action, Principal: { AWS: roleArn } });
    const resources = new Map([[secret, onSecret]]);
    expect(await authorizeBy({ roles: new Map(), resources })(read)).toBe("allowed");
    expect(await authorizeBy({ roles: new Map(), resources })({ ...read, resource: `${secret}x` })).toBe(
      "denied",
    );
  });

  it("allows the use of a key only when the key's own policy allows it, or leaves it to IAM", async () => {
    const decrypt = { roleArn, action: "kms:Decrypt", resource: key, context: {} };
    const roles = new Map([[roleArn, document({ Action: "kms:Decrypt" })]]);
    expect(await authorizeBy({ roles, resources: new Map() })(decrypt)).toBe("denied");
    const root = { Principal: { AWS: "arn:aws:iam::123456789012:root" } };
    const resources = new Map([[key, document({ Action: "kms:*", ...root })]]);
    expect(await authorizeBy({ roles, resources })(decrypt)).toBe("allowed");
    expect(await authorizeBy({ roles: new Map(), resources })(decrypt)).toBe("denied");
  });

  it("knows the caller's role and the encryption context of a request", async () => {
    const condition = (secretArn: string, caller: string) => ({
      StringEquals: { "kms:EncryptionContext:SecretARN": secretArn },
      ArnEquals: { "aws:PrincipalArn": caller },
    });
    const decide = async (Condition: object) => {
      const onKey = document({ Action: "kms:Decrypt", Principal: { AWS: roleArn }, Condition });
      const context = { "kms:EncryptionContext:SecretARN": secret };
      const authorized = authorizeBy({ roles: new Map(), resources: new Map([[key, onKey]]) });
      return await authorized({ roleArn, action: "kms:Decrypt", resource: key, context });
    };
    expect(await decide(condition(secret, roleArn))).toBe("allowed");
    expect(await decide(condition(`${secret}x`, roleArn))).toBe("denied");
    expect(await decide(condition(secret, `${roleArn}x`))).toBe("denied");
  });
});
