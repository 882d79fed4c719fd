/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Where the token of the Slack app is kept: a secret without a value, under a key of its own. A person puts the
 * token there once the stage is deployed (docs/deploy.md), so that it is in no code, no state and no environment.
 */
import type { Permission } from "./lambda-role.ts";
import { stageName } from "./names.ts";
import { retained } from "./retention.ts";

export interface SlackToken {
  arn: $util.Output<string>;
  keyArn: $util.Output<string>;
}

const NAME = "slack-token";
/** The longest that Secrets Manager keeps a deleted secret (DeleteSecret). */
const RECOVERY_DAYS = 30;

export function createSlackToken(): SlackToken {
  // The key's policy is AWS's own, which leaves it to IAM who in the account may use it: whoever puts the token.
  const key = new aws.kms.Key(
    "SlackTokenKey",
    { description: `The key of ${stageName(NAME)}.`, enableKeyRotation: true },
    retained,
  );
  const secret = new aws.secretsmanager.Secret(
    "SlackToken",
    {
      name: stageName(NAME),
      description: "The bot token of the Slack app that tells Warrener's incidents. Put it here by hand.",
      kmsKeyId: key.arn,
      recoveryWindowInDays: RECOVERY_DAYS,
    },
    retained,
  );
  return { arn: secret.arn, keyArn: key.arn };
}

/** Reads the one secret, and uses its key for that alone. */
export function readSlackToken({ arn, keyArn }: SlackToken): Permission[] {
  const { region } = aws.getRegionOutput();
  return [
    { actions: ["secretsmanager:GetSecretValue"], resources: [arn] },
    {
      actions: ["kms:Decrypt"],
      resources: [keyArn],
      conditions: [
        {
          test: "StringEquals",
          variable: "kms:ViaService",
          values: [$interpolate`secretsmanager.${region}.amazonaws.com`],
        },
        { test: "StringEquals", variable: "kms:EncryptionContext:SecretARN", values: [arn] },
      ],
    },
  ];
}
