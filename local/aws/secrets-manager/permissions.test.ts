import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { PolicyDocument } from "../../graph/schema.ts";
import { authorizeBy } from "../authorization.ts";
import { keyArn, secretArn, secretName, startSecrets, versionId } from "../test-secrets.ts";
import { accountId, region, roleArn } from "../test-world.ts";

const via = `secretsmanager.${region}.amazonaws.com`;
const writer = `arn:aws:iam::${accountId}:role/writer`;
const token = { ClientRequestToken: versionId(1) };

const running: Awaited<ReturnType<typeof startSecrets>>["server"][] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource?: string;
  readonly Effect?: "Allow" | "Deny";
  readonly Principal?: string | Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const policy = (...statements: readonly Statement[]) =>
  PolicyDocument.parse({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });

const actions = ["PutSecretValue", "GetSecretValue", "DescribeSecret", "UpdateSecretVersionStage"];
const mayUseSecret = { Action: actions.map((action) => `secretsmanager:${action}`), Resource: secretArn };
const mayUseKey = { Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: keyArn };
const keyForAccount = policy({
  Action: "kms:*",
  Resource: "*",
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
});

async function start(rolePolicy: PolicyDocument | undefined, resources: Record<string, PolicyDocument>) {
  const roles = new Map(rolePolicy === undefined ? [] : [[roleArn, rolePolicy]]);
  const authorize = authorizeBy({ roles, resources: new Map(Object.entries(resources)) });
  const started = await startSecrets({ authorize });
  running.push(started.server);
  const decided = () =>
    started.server.decisions().map(({ action, resource, result }) => [action, resource, result]);
  return { ...started, decided, get: () => started.sdk.getSecretValue({ SecretId: secretName }) };
}

const denied = { name: "AccessDeniedException" };
const noKey = { ...denied, message: "Access to KMS is not allowed" };

describe("the permissions of a call", () => {
  it("are the secret's and, for a value under a customer's key, the key's, and each is recorded", async () => {
    const { put, get, sdk, decided } = await start(policy(mayUseSecret, mayUseKey), {
      [keyArn]: keyForAccount,
    });
    await put("a", token);
    await put("a", token);
    await get();
    await sdk.describeSecret({ SecretId: secretName });

    expect(decided()).toEqual([
      ["secretsmanager:PutSecretValue", secretArn, "allowed"],
      ["kms:GenerateDataKey", keyArn, "allowed"],
      ["secretsmanager:PutSecretValue", secretArn, "allowed"],
      ["kms:Decrypt", keyArn, "allowed"],
      ["secretsmanager:GetSecretValue", secretArn, "allowed"],
      ["kms:Decrypt", keyArn, "allowed"],
      ["secretsmanager:DescribeSecret", secretArn, "allowed"],
    ]);
  });

  it("refuse the value to a caller without the key, also when the secret is allowed", async () => {
    const { put, get, labels, sdk } = await start(policy(mayUseSecret), { [keyArn]: keyForAccount });
    await expect(put("a")).rejects.toMatchObject(noKey);
    expect(labels()).toEqual({});
    await expect(get()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(sdk.describeSecret({ SecretId: secretName })).resolves.toBeDefined();
  });

  it("refuse it when the key's own policy does not hand it to the account", async () => {
    const { put } = await start(policy(mayUseSecret, mayUseKey), {
      [keyArn]: policy({ Action: "kms:*", Resource: "*", Principal: { AWS: `${roleArn}-other` } }),
    });
    await expect(put("a")).rejects.toMatchObject(noKey);
    const without = await start(policy(mayUseSecret, mayUseKey), {});
    await expect(without.put("a")).rejects.toMatchObject(noKey);
  });

  it("may be limited to the service, the secret and its versions", async () => {
    const limit = (changes: Record<string, string> = {}) => ({
      ...mayUseKey,
      Condition: {
        StringEquals: { "kms:ViaService": via, "kms:EncryptionContext:SecretARN": secretArn, ...changes },
      },
    });
    const { put } = await start(
      policy(mayUseSecret, limit({ "kms:EncryptionContext:SecretVersionId": versionId(1) })),
      { [keyArn]: keyForAccount },
    );
    await expect(put("a", token)).resolves.toBeDefined();

    for (const other of [
      { "kms:ViaService": "s3.eu-west-2.amazonaws.com" },
      { "kms:EncryptionContext:SecretARN": `${secretArn}x` },
      { "kms:EncryptionContext:SecretVersionId": versionId(2) },
    ]) {
      const { put: refused } = await start(policy(mayUseSecret, limit(other)), {
        [keyArn]: keyForAccount,
      });
      await expect(refused("a", token)).rejects.toMatchObject(noKey);
    }
  });

  it("come from the secret's and the key's policies too, without any policy of the role", async () => {
    const reader = { Resource: "*", Principal: { AWS: roleArn } };
    const { get, put, client } = await start(undefined, {
      [secretArn]: policy(
        { ...reader, Action: "secretsmanager:GetSecretValue" },
        { Resource: "*", Principal: { AWS: writer }, Action: "secretsmanager:PutSecretValue" },
      ),
      [keyArn]: policy(
        { ...reader, Action: "kms:Decrypt" },
        { Resource: "*", Principal: { AWS: writer }, Action: "kms:GenerateDataKey" },
      ),
    });
    const other = new SecretsManager(client({ roleArn: writer }));
    await other.putSecretValue({ SecretId: secretName, SecretString: "a" });
    await expect(get()).resolves.toMatchObject({ SecretString: "a" });
    await expect(put("b")).rejects.toMatchObject(denied);
  });

  it("are denied by the secret's policy whatever the role may do", async () => {
    const { get } = await start(policy(mayUseSecret, mayUseKey), {
      [keyArn]: keyForAccount,
      [secretArn]: policy({
        Effect: "Deny",
        Action: "secretsmanager:GetSecretValue",
        Resource: "*",
        Principal: "*",
        Condition: { ArnNotEquals: { "aws:PrincipalArn": `${roleArn}-reader` } },
      }),
    });
    await expect(get()).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining("is not authorized to perform: secretsmanager:GetSecretValue"),
    });
  });

  it("have a label or a version in their context only when the call names one", async () => {
    const onlyCurrent = {
      ...mayUseSecret,
      Condition: { StringEquals: { "secretsmanager:VersionStage": "AWSCURRENT" } },
    };
    const { sdk, get } = await start(policy(onlyCurrent), {});
    await expect(get()).rejects.toMatchObject(denied);
    const named = sdk.getSecretValue({ SecretId: secretName, VersionStage: "AWSCURRENT" });
    await expect(named).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const pending = sdk.getSecretValue({ SecretId: secretName, VersionStage: "AWSPENDING" });
    await expect(pending).rejects.toMatchObject(denied);
  });

  it("come before anything is said of the secret", async () => {
    const { sdk, put, secrets } = await start(policy(mayUseKey), {});
    await expect(put("a", { SecretId: "another" })).rejects.toMatchObject(denied);
    secrets.markForDeletion(secretArn, 0);
    await expect(put("a")).rejects.toMatchObject(denied);
    await expect(sdk.getSecretValue({ SecretId: secretName })).rejects.toMatchObject(denied);
    const move = { SecretId: secretName, VersionStage: "mine", MoveToVersionId: versionId(1) };
    await expect(sdk.updateSecretVersionStage(move)).rejects.toMatchObject(denied);
    await expect(sdk.listSecretVersionIds({ SecretId: secretName })).rejects.toMatchObject(denied);
  });
});
