/** What of the API keys is deployed in AWS: a secret for each, which the environment names. */
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { ConfigError } from "../runtime/errors.ts";
import type { KeySecret } from "./api-key-ports.ts";
import type { LabelledKey } from "./api-key-schema.ts";
import { keySecret } from "./aws-key-secret.ts";

/** The ARN of each key's secret, by the link's name of the key. */
export const DeployedKeys = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: "custom", message: "is not JSON", input: text });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.string().startsWith("arn:")));
export type DeployedKeys = z.output<typeof DeployedKeys>;

/**
 * What is known of versions is kept for as long as the process lives. Throws `ConfigError` when the link names other
 * keys than those that were deployed.
 */
export function deployedSecrets(
  client: SecretsManagerClient,
  names: readonly string[],
  deployed: DeployedKeys,
): (name: string) => KeySecret {
  const secrets = new Map(
    names.map((name) => {
      const secret = Object.hasOwn(deployed, name) ? deployed[name] : undefined;
      if (secret === undefined)
        throw new ConfigError(`API_KEYS names no secret for the API key ${name} of the link: deploy again`);
      return [name, keySecret({ client, secret, known: new Map<string, LabelledKey>() })];
    }),
  );
  return (name) => {
    const secret = secrets.get(name);
    if (secret === undefined) throw new ConfigError(`the link has no API key ${name}: deploy again`);
    return secret;
  };
}
