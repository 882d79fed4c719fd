/** Secrets Manager for tests: one secret under a customer's key behind a server of its own, and the official client. */
import { type PutSecretValueCommandInput, SecretsManager as Sdk } from "@aws-sdk/client-secrets-manager";
import { SecretsManager, type SecretsManagerOptions } from "./secrets-manager/secrets-manager.ts";
import { accountId, region, startWorld, type WorldOptions } from "./test-world.ts";

export const secretName = "warrener-test-relay-certificate";
export const secretArn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${secretName}-a1B2c3`;
export const keyArn = `arn:aws:kms:${region}:${accountId}:key/0b1f6a2e-1111-4222-8333-444455556666`;

export type SecretsOptions = WorldOptions & Pick<SecretsManagerOptions, "firstVersion" | "tell">;

/**
 * `sdk` calls as the world's role; every call is allowed unless `authorize` is given. `clock` is the service's
 * alone: signatures are judged by the real time, which the client has too.
 */
export async function startSecrets(options: SecretsOptions = {}) {
  const { clock, firstVersion, tell, ...rest } = options;
  const made: SecretsManager[] = [];
  const world = await startWorld((kernel) => {
    const secrets = new SecretsManager({
      kernel,
      region,
      ...(clock === undefined ? {} : { clock }),
      ...(firstVersion === undefined ? {} : { firstVersion }),
      ...(tell === undefined ? {} : { tell }),
    });
    made.push(secrets);
    return [secrets.service];
  }, rest);
  const [secrets] = made;
  if (secrets === undefined) throw new Error("the service was not made");
  secrets.createSecret({ name: secretName, arn: secretArn, kmsKeyArn: keyArn });
  const sdk = new Sdk(world.client());
  return {
    ...world,
    secrets,
    sdk,
    put: (SecretString: string, changes: Partial<PutSecretValueCommandInput> = {}) =>
      sdk.putSecretValue({ SecretId: secretName, SecretString, ...changes }),
    /** Label -> version id, as it is in truth. */
    labels: () => Object.fromEntries(secrets.contents(secretArn).labels),
  };
}

/** A request token, and so a version's id: at least 32 characters. */
export const versionId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
