/** The messenger's token, from Secrets Manager: a person puts it there, and nothing of ours ever writes it. */
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { attempt } from "../journal/items.ts";
import { ConfigError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";

/** A bot's token (https://docs.slack.dev/authentication/tokens). */
const BOT_TOKEN = /^xoxb-[\w-]+$/;
/** Both a secret and one without a value answer with it. */
const NO_VALUE = "ResourceNotFoundException";

/**
 * Reads the value each time: a new token is used from the next run on. Throws `ConfigError` when there is none or it
 * is no bot's, `CloudError` when it cannot be read.
 */
export function messengerToken(client: SecretsManagerClient, secret: string): () => Promise<Secret> {
  return async () => {
    const command = new GetSecretValueCommand({ SecretId: secret });
    const answer = await attempt("GetSecretValue", secret, () => client.send(command), NO_VALUE);
    const value = answer?.SecretString?.trim();
    if (value === undefined)
      throw new ConfigError(
        `there is no token to tell incidents with: put the bot's token (xoxb-…) into ${secret}`,
      );
    if (!BOT_TOKEN.test(value))
      throw new ConfigError(`${secret} must hold a bot's token (xoxb-…), and nothing else: put it there`);
    return new Secret(value);
  };
}
