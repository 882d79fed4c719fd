import { describe, expect, it } from "vitest";
import { PolicyDocument } from "../graph/schema.ts";
import { authorize } from "./authorization.ts";

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
