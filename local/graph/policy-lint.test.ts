import { describe, expect, it } from "vitest";
import { lintPolicy } from "./policy-lint.ts";
import { PolicyDocument } from "./schema.ts";

const TABLE = "arn:aws:dynamodb:eu-west-2:123456789012:table/journal";
const GROUP = "arn:aws:ec2:eu-west-2:123456789012:security-group/sg-1";

function lint(
  action: string,
  resource: string,
  condition?: Record<string, Record<string, string>>,
  effect = "Allow",
) {
  const statement = {
    Effect: effect,
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  return lintPolicy(PolicyDocument.parse({ Version: "2012-10-17", Statement: [statement] }));
}

describe("lintPolicy", () => {
  it("accepts an exact permission", async () => {
    expect(await lint("dynamodb:GetItem", TABLE)).toEqual([]);
    expect(
      await lint("sts:GetWebIdentityToken", "*", { StringEquals: { "sts:SigningAlgorithm": "RS256" } }),
    ).toEqual([]);
    expect(
      await lint("ec2:RevokeSecurityGroupIngress", GROUP, {
        StringEquals: { "aws:ResourceTag/managed-by": "warrener" },
      }),
    ).toEqual([]);
  });

  it("finds a wildcard in an action", async () => {
    expect(await lint("dynamodb:*", TABLE)).toEqual(["dynamodb:*: a wildcard: name each action"]);
    expect(await lint("dynamodb:Get?tem", TABLE)).toEqual(["dynamodb:Get?tem: a wildcard: name each action"]);
  });

  it("lets a wildcard pass where it denies", async () => {
    expect(await lint("sqs:*", "*", undefined, "Deny")).toEqual([]);
  });

  it("finds an action or a service that does not exist", async () => {
    expect(await lint("acm-pca:IssueCertificat", "*")).toEqual([
      "acm-pca:IssueCertificat: there is no such action",
    ]);
    expect(await lint("acmpca:IssueCertificate", "*")).toEqual([
      "acmpca:IssueCertificate: there is no such action",
    ]);
  });

  it('finds the resource "*" where the action takes a type of resource', async () => {
    expect(await lint("ec2:RevokeSecurityGroupIngress", "*")).toEqual([
      expect.stringMatching(
        /^ec2:RevokeSecurityGroupIngress: the resource "\*", although it takes a security-group/,
      ),
    ]);
  });

  it("finds a resource where the action takes none, so that it could never be allowed", async () => {
    expect(await lint("ec2:DescribeSecurityGroups", GROUP)).toEqual([
      'ec2:DescribeSecurityGroups: takes only the resource "*"',
    ]);
  });

  it("finds a condition key that the action never has, so that it could never be allowed", async () => {
    expect(
      await lint("acm-pca:GetCertificate", "arn:aws:acm-pca:eu-west-2:1:certificate-authority/1", {
        StringEquals: { "acm-pca:TemplateArn": "x" },
      }),
    ).toEqual(["acm-pca:GetCertificate: never has the condition key acm-pca:TemplateArn"]);
    expect(
      await lint("ec2:DescribeSecurityGroups", "*", { StringEquals: { "aws:ResourceTag/managed-by": "x" } }),
    ).toEqual(["ec2:DescribeSecurityGroups: never has the condition key aws:ResourceTag/managed-by"]);
    expect(await lint("dynamodb:GetItem", TABLE, { StringEquals: { "aws:SourceAcount": "x" } })).toEqual([
      "dynamodb:GetItem: never has the condition key aws:SourceAcount",
    ]);
  });

  it("finds a condition key that requests about other resources have, and about this one have not", async () => {
    const rule = "arn:aws:ec2:eu-west-2:123456789012:security-group-rule/*";
    const marked = { StringEquals: { "aws:RequestTag/link": "x" } };
    expect(await lint("ec2:AuthorizeSecurityGroupIngress", rule, marked)).toEqual([]);
    expect(await lint("ec2:AuthorizeSecurityGroupIngress", GROUP, marked)).toEqual([
      "ec2:AuthorizeSecurityGroupIngress: never has the condition key aws:RequestTag/link",
    ]);
  });

  it("finds a resource of a type that the action is never about", async () => {
    expect(await lint("dynamodb:GetItem", GROUP)).toEqual([`dynamodb:GetItem: is never about ${GROUP}`]);
    const ofGroup = "arn:aws:logs:eu-west-2:123456789012:log-group:/example";
    expect(await lint("logs:PutLogEvents", ofGroup)).toEqual([
      `logs:PutLogEvents: is never about ${ofGroup}`,
    ]);
    expect(await lint("logs:PutLogEvents", `${ofGroup}:*`)).toEqual([]);
  });
});
