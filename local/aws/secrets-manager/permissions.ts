/**
 * What a call needs. A secret under a customer's key needs that key too, with the caller's own permissions: the
 * service uses it on the caller's behalf and adds whom it works for and which version of which secret it is for.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
import type { Identity } from "../identities.ts";
import type { Context, Need } from "../service.ts";

export interface Account {
  readonly region: string;
  readonly caller: Identity;
}

export function secretNeed(operation: string, secretArn: string, context: Context = {}): Need {
  return {
    action: `secretsmanager:${operation}`,
    resource: secretArn,
    context: { "secretsmanager:SecretId": secretArn, ...context },
  };
}

/** Only what the call names is in the context: the default label is not filled in. */
export function versionContext(named: {
  readonly VersionId?: string | undefined;
  readonly VersionStage?: string | undefined;
}): Context {
  return {
    ...(named.VersionId === undefined ? {} : { "secretsmanager:VersionId": named.VersionId }),
    ...(named.VersionStage === undefined ? {} : { "secretsmanager:VersionStage": named.VersionStage }),
  };
}

/** Nothing for the account's own key: everybody in the account may use that. */
export function keyNeeds(
  operation: "Decrypt" | "GenerateDataKey",
  keyArn: string | undefined,
  about: { readonly secretArn: string; readonly versionId: string },
  { region, caller }: Account,
): Need[] {
  if (keyArn === undefined) return [];
  return [
    {
      action: `kms:${operation}`,
      resource: keyArn,
      context: {
        "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
        "kms:CallerAccount": caller.accountId,
        "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"],
        "kms:EncryptionContext:SecretARN": about.secretArn,
        "kms:EncryptionContext:SecretVersionId": about.versionId,
      },
      denial: "Access to KMS is not allowed",
    },
  ];
}

/** What a permission is asked for when there is no such secret. */
export function arnOf(secretId: string, { region, caller }: Account): string {
  if (secretId.startsWith("arn:")) return secretId;
  return `arn:aws:secretsmanager:${region}:${caller.accountId}:secret:${secretId}`;
}
