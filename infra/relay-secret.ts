/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Where relay's certificate is kept with its private key: one secret under a key of its own. Only the function that
 * renews it and the readers of the link can use that key, and only through Secrets Manager and for this secret;
 * whoever may administer the account may not.
 */
import { RELAY_SECRET } from "../shared/runtime/deployed-names.ts";
import { stageName } from "./names.ts";
import { retained } from "./retention.ts";
import { letRead, RECOVERY_DAYS, type SecretAccess, secretKeyPolicy } from "./secret-access.ts";

export interface RelaySecret {
  arn: $util.Output<string>;
  keyArn: $util.Output<string>;
}

export function createRelaySecret(access: SecretAccess): RelaySecret {
  const key = new aws.kms.Key(
    "RelayCertificateKey",
    {
      description: `The key of ${stageName(RELAY_SECRET)}.`,
      enableKeyRotation: true,
      policy: secretKeyPolicy({ ...access, names: [stageName(RELAY_SECRET)] }),
    },
    retained,
  );
  const secret = new aws.secretsmanager.Secret(
    "RelayCertificateSecret",
    {
      name: stageName(RELAY_SECRET),
      description: "relay's server certificate with its private key; made and kept by Warrener.",
      kmsKeyId: key.arn,
      recoveryWindowInDays: RECOVERY_DAYS,
    },
    retained,
  );
  letRead("RelayCertificateReaders", secret.arn, access.readers);
  return { arn: secret.arn, keyArn: key.arn };
}
