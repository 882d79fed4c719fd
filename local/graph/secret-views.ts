/** The secrets of the graph, the keys that they are encrypted with, and the policies on both. */
import { z } from "zod";
import { ACCOUNT_ID } from "./identifiers.ts";
import { type KmsKey, PolicyDocument, type Resource, type Secret } from "./schema.ts";
import { json, resourcesOf } from "./views.ts";

const KEY = "aws:kms/key:Key";
const ALIAS = "aws:kms/alias:Alias";
const SECRET = "aws:secretsmanager/secret:Secret";
const SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";

/** It leaves everything to IAM (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html). */
const DEFAULT_KEY_POLICY = PolicyDocument.parse({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  ],
});

export function viewKmsKeys(resources: readonly Resource[]): KmsKey[] {
  return resourcesOf(resources, KEY, { arn: z.string(), policy: json(PolicyDocument).optional() }).map(
    ({ arn, policy = DEFAULT_KEY_POLICY }) => ({ arn, policy }),
  );
}

export function viewSecrets(resources: readonly Resource[]): Secret[] {
  const keys = keyArns(resources);
  const policies = resourcesOf(resources, SECRET_POLICY, {
    secretArn: z.string(),
    policy: json(PolicyDocument),
  });
  const secrets = resourcesOf(resources, SECRET, {
    name: z.string(),
    arn: z.string(),
    kmsKeyId: z.string().optional(),
    policy: json(PolicyDocument).optional(),
  });
  return secrets.map(({ name, arn, kmsKeyId, policy }) => {
    const attached = policies.filter(({ secretArn }) => secretArn === arn).map((it) => it.policy);
    const [only, ...more] = [policy ?? [], attached].flat();
    if (more.length > 0) throw new Error(`the secret ${name} is given more than one policy`);
    const kmsKeyArn = kmsKeyId === undefined ? undefined : keys.get(kmsKeyId);
    if (kmsKeyId !== undefined && kmsKeyArn === undefined)
      throw new Error(`the key ${kmsKeyId} of the secret ${name} is not in the deployment`);
    return { name, arn, kmsKeyArn, policy: only };
  });
}

/** By all that a secret may name its key with: ARN, id, and the ARN or the name of an alias. */
function keyArns(resources: readonly Resource[]): Map<string, string> {
  const keys = resourcesOf(resources, KEY, { arn: z.string(), keyId: z.string() });
  const arns = new Map(keys.flatMap(({ arn, keyId }) => [[arn, arn] as const, [keyId, arn] as const]));
  const aliases = resourcesOf(resources, ALIAS, {
    name: z.string(),
    arn: z.string(),
    targetKeyId: z.string(),
  });
  for (const { name, arn, targetKeyId } of aliases) {
    const target = arns.get(targetKeyId);
    if (target !== undefined) arns.set(name, target).set(arn, target);
  }
  return arns;
}
