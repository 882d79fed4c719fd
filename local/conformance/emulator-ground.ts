/** What the probes need, made in an emulator through its own API, as a deployment would make it. */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { bytes, type Call } from "./call.ts";
import { ACCOUNT, REGION } from "./places.ts";
import type { Ground } from "./probe.ts";

export function emulatorGround(call: Call): Ground {
  return {
    call,
    authority: () => makeAuthority(call),
    secret: () => makeSecret(call),
    table: () => makeTable(call),
    logGroup: async () => {
      const logGroupName = fresh("/probe/group");
      await call("logs", "CreateLogGroup", { logGroupName });
      return logGroupName;
    },
    securityGroup: () => makeSecurityGroup(call),
    fits: async (EventPattern, Event) => {
      const answer = await call("events", "TestEventPattern", { EventPattern, Event });
      return z.object({ Result: z.boolean() }).parse(answer).Result;
    },
  };
}

const fresh = (kind: string): string => `${kind}-${randomBytes(6).toString("hex")}`;

/** A root signs itself: create, take its CSR, issue with the root's template, hand the certificate in. */
async function makeAuthority(call: Call): Promise<string> {
  const created = await call("acm-pca", "CreateCertificateAuthority", {
    CertificateAuthorityType: "ROOT",
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: "EC_prime256v1",
      SigningAlgorithm: "SHA256WITHECDSA",
      Subject: { CommonName: "Probe CA" },
    },
  });
  const CertificateAuthorityArn = z
    .object({ CertificateAuthorityArn: z.string() })
    .parse(created).CertificateAuthorityArn;
  const asked = await call("acm-pca", "GetCertificateAuthorityCsr", { CertificateAuthorityArn });
  const issued = await call("acm-pca", "IssueCertificate", {
    CertificateAuthorityArn,
    Csr: bytes(z.object({ Csr: z.string() }).parse(asked).Csr),
    SigningAlgorithm: "SHA256WITHECDSA",
    TemplateArn: "arn:aws:acm-pca:::template/RootCACertificate/V1",
    Validity: { Type: "YEARS", Value: 10 },
  });
  const { CertificateArn } = z.object({ CertificateArn: z.string() }).parse(issued);
  const got = await call("acm-pca", "GetCertificate", { CertificateAuthorityArn, CertificateArn });
  const Certificate = bytes(z.object({ Certificate: z.string() }).parse(got).Certificate);
  await call("acm-pca", "ImportCertificateAuthorityCertificate", { CertificateAuthorityArn, Certificate });
  return CertificateAuthorityArn;
}

async function makeSecret(call: Call): Promise<{ readonly name: string; readonly arn: string }> {
  const answer = await call("secretsmanager", "CreateSecret", { Name: fresh("secret") });
  const { Name: name, ARN: arn } = z.object({ Name: z.string(), ARN: z.string() }).parse(answer);
  return { name, arn };
}

async function makeTable(call: Call): Promise<string> {
  const TableName = fresh("table");
  await call("dynamodb", "CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
  });
  return TableName;
}

async function makeSecurityGroup(call: Call): Promise<{ readonly id: string; readonly vpcId: string }> {
  const vpc = await call("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" });
  const { VpcId: vpcId } = z.object({ Vpc: z.object({ VpcId: z.string() }) }).parse(vpc).Vpc;
  const group = { GroupName: fresh("group"), Description: "probe", VpcId: vpcId };
  const made = await call("ec2", "CreateSecurityGroup", group);
  return { id: z.object({ GroupId: z.string() }).parse(made).GroupId, vpcId };
}

/** What an emulator lets in: none checks a signature. */
export const emulatorDoor = (url: string) => ({
  url,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: "probe" },
});
