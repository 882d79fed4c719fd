/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Where relay's certificate is kept with its private key: one secret under a key of its own. Only the function that
 * renews it and the readers of the link can use that key, and only through Secrets Manager and for this secret;
 * whoever may administer the account may not.
 */
import { stageName } from "./names.ts";
import { retained } from "./retention.ts";

export interface RelaySecret {
  arn: $util.Output<string>;
  keyArn: $util.Output<string>;
}

interface Access {
  /** The role that makes and keeps the key. */
  keeperArn: $util.Output<string>;
  /** ARNs of the roles that may read it. */
  readers: readonly string[];
}

const NAME = "relay-certificate";
/** The longest that Secrets Manager keeps a deleted secret (CreateSecret, DeleteSecret). */
const RECOVERY_DAYS = 30;

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

export function createRelaySecret(access: Access): RelaySecret {
  const key = new aws.kms.Key(
    "RelayCertificateKey",
    {
      description: `The key of ${stageName(NAME)}.`,
      enableKeyRotation: true,
      policy: keyPolicy(access),
    },
    retained,
  );
  const secret = new aws.secretsmanager.Secret(
    "RelayCertificateSecret",
    {
      name: stageName(NAME),
      description: "relay's server certificate with its private key; made and kept by Warrener.",
      kmsKeyId: key.arn,
      recoveryWindowInDays: RECOVERY_DAYS,
    },
    retained,
  );
  new aws.secretsmanager.SecretPolicy("RelayCertificateReaders", {
    secretArn: secret.arn,
    blockPublicPolicy: true,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: access.readers },
          Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
          Resource: "*",
        },
      ],
    }),
  });
  return { arn: secret.arn, keyArn: key.arn };
}

function keyPolicy({ keeperArn, readers }: Access): $util.Output<string> {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const account = { AWS: $interpolate`arn:aws:iam::${accountId}:root` };
  // For Secrets Manager alone, and for this secret: six characters of the service's own follow its name.
  const forTheSecret = {
    StringEquals: { "kms:ViaService": $interpolate`secretsmanager.${region}.amazonaws.com` },
    StringLike: {
      "kms:EncryptionContext:SecretARN": $interpolate`arn:aws:secretsmanager:${region}:${accountId}:secret:${stageName(NAME)}-??????`,
    },
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
        Condition: { ...forTheSecret, ArnEquals: { "aws:PrincipalArn": keeperArn } },
      },
      {
        Effect: "Allow",
        Principal: { AWS: readers },
        Action: ["kms:Decrypt"],
        Resource: "*",
        Condition: forTheSecret,
      },
    ],
  });
}
