/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Who may use what is kept in Secrets Manager: the one function that makes and keeps it, and the readers that the link
 * names. Only they can use the secrets' key, only through Secrets Manager and for these secrets; whoever may administer
 * the account may not.
 */
import type { Permission } from "./lambda-role.ts";

export interface SecretAccess {
  /** The role that makes and keeps the secrets. */
  keeperArn: $util.Output<string>;
  /** ARNs of the roles that may read them. */
  readers: readonly string[];
}

/** The longest that Secrets Manager keeps a deleted secret (CreateSecret, DeleteSecret). */
export const RECOVERY_DAYS = 30;

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html, without what uses the key */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateKeyDescription",
];

/** The policy of the key of the secrets of these names. */
export function secretKeyPolicy({
  keeperArn,
  readers,
  names,
}: SecretAccess & { names: readonly string[] }): $util.Output<string> {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const account = { AWS: $interpolate`arn:aws:iam::${accountId}:root` };
  // For Secrets Manager alone, and for these secrets: six characters of the service's own follow a secret's name.
  const arns = names.map(
    (name) => $interpolate`arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-??????`,
  );
  const forTheSecrets = {
    StringEquals: { "kms:ViaService": $interpolate`secretsmanager.${region}.amazonaws.com` },
    StringLike: { "kms:EncryptionContext:SecretARN": arns.length === 1 ? arns[0] : arns },
  };
  return $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: account, Action: ADMINISTRATION, Resource: "*" },
      {
        Effect: "Allow",
        // The role comes after the key, so it cannot be named as the principal yet. Its own policy has to allow it too.
        Principal: account,
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
        Condition: { ...forTheSecrets, ArnEquals: { "aws:PrincipalArn": keeperArn } },
      },
      ...(readers.length === 0
        ? []
        : [
            {
              Effect: "Allow",
              Principal: { AWS: readers },
              Action: ["kms:Decrypt"],
              Resource: "*",
              Condition: forTheSecrets,
            },
          ]),
    ],
  });
}

/** The readers need no policy of their own where they are of the same account. */
export function letRead(
  logicalName: string,
  secretArn: $util.Output<string>,
  readers: readonly string[],
): void {
  new aws.secretsmanager.SecretPolicy(logicalName, {
    secretArn,
    blockPublicPolicy: true,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: readers },
          Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
          Resource: "*",
        },
      ],
    }),
  });
}

/** What the keeper's role may do: versions and labels of these secrets. They may not be deleted, nor given to others. */
export function keepSecrets(
  arns: readonly $util.Output<string>[],
  keyArn: $util.Output<string>,
): Permission[] {
  const { region } = aws.getRegionOutput();
  return [
    {
      actions: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ],
      resources: [...arns],
    },
    {
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
      conditions: [
        {
          test: "StringEquals",
          variable: "kms:ViaService",
          values: [$interpolate`secretsmanager.${region}.amazonaws.com`],
        },
        { test: "StringEquals", variable: "kms:EncryptionContext:SecretARN", values: [...arns] },
      ],
    },
  ];
}
