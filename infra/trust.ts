/// <reference path="../.sst/platform/config.d.ts" />
/** Where relay loads the trust bundle from, the function that publishes it, and exactly what it may do. */
import { type LinkTrust, TRUST_BUNDLE } from "../shared/link/trust.ts";
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import {
  authorityArns,
  authorityNames,
  authorityPins,
  type CertificateAuthorities,
} from "./certificate-authority.ts";
import { type Journal, keepNotes, readIntents } from "./journal.ts";
import { withinLimit } from "./lambda-environment.ts";
import { lambdaRoleArn, proveIdentityTo } from "./lambda-role.ts";
import { link } from "./link.ts";
import { stageName, tokenAudience } from "./names.ts";
import type { RelayLog } from "./relay-log.ts";
import { retained } from "./retention.ts";
import { createScheduledFunction, EACH_MINUTE, type Scheduled } from "./scheduled-function.ts";
import { keepSecrets, letRead, RECOVERY_DAYS, secretKeyPolicy } from "./secret-access.ts";

const CONCERN = DEPLOYED.publishTrust;

const TOO_LONG =
  "The pins are the CAs' certificates and those above them: adopt CAs with fewer or shorter ones above them (ECDSA's are half as long as RSA's).";

export interface TrustParts {
  authorities: CertificateAuthorities;
  journal: Journal;
  bus: Bus;
  relayLog: RelayLog;
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
}

export interface Trust {
  /** Of the secret from which relay loads the bundle. */
  secretArn: $util.Output<string>;
  scheduled: Scheduled;
}

export const publishTrustRoleArn = (): $util.Output<string> => lambdaRoleArn(CONCERN);

export function publishTrust({ readers }: LinkTrust, parts: TrustParts): Trust {
  const secret = createSecret(readers ?? link.relay.readers);
  const { authorities, journal, bus, relayLog, hand, deadLetterArn } = parts;
  const scheduled = createScheduledFunction({
    logicalName: "PublishTrust",
    concern: CONCERN,
    description: "Tells relay and the bunnies which CAs to trust, and which certificates to refuse.",
    environment: withinLimit(
      stageName(CONCERN),
      {
        ...authorityNames(authorities),
        ...authorityPins(authorities),
        SECRET_ARN: secret.arn,
        JOURNAL_TABLE: journal.name,
        BUS_NAME: bus.name,
        RELAY_LOG_GROUP: relayLog.name,
        HAND_URL: $interpolate`https://${hand}/api`,
        TOKEN_AUDIENCE: tokenAudience(),
      },
      TOO_LONG,
    ),
    permissions: [
      ...keepSecrets([secret.arn], secret.keyArn),
      { actions: ["acm-pca:DescribeCertificateAuthority"], resources: authorityArns(authorities) },
      { actions: ["logs:FilterLogEvents"], resources: [$interpolate`${relayLog.arn}:*`] },
      ...keepNotes(journal),
      readIntents(journal),
      tellChanges(bus),
      proveIdentityTo(tokenAudience()),
    ],
    deadLetterArn,
    timeout: "2 minutes",
    schedule: EACH_MINUTE,
    afterFailure: "next-run",
  });
  return { secretArn: secret.arn, scheduled };
}

/**
 * Without a value: the function makes each. Nothing in it must be hidden; under a key of its own, for whoever may
 * administer the account can then not write one either.
 */
function createSecret(readers: readonly string[]): {
  arn: $util.Output<string>;
  keyArn: $util.Output<string>;
} {
  const name = stageName(TRUST_BUNDLE);
  const key = new aws.kms.Key(
    "TrustBundleKey",
    {
      description: `The key of ${name}.`,
      enableKeyRotation: true,
      policy: secretKeyPolicy({ keeperArn: publishTrustRoleArn(), readers, names: [name] }),
    },
    retained,
  );
  const secret = new aws.secretsmanager.Secret(
    "TrustBundle",
    {
      name,
      description:
        "The CAs that relay trusts, and the certificates that it refuses; made and kept by Warrener.",
      kmsKeyId: key.arn,
      recoveryWindowInDays: RECOVERY_DAYS,
    },
    retained,
  );
  letRead("TrustBundleReaders", secret.arn, readers);
  return { arn: secret.arn, keyArn: key.arn };
}
