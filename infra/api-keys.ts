/// <reference path="../.sst/platform/config.d.ts" />
/** Where bunny's API keys are kept, the function that rotates them, and exactly what it may do. */
import { apiKeysOf, type BunnysKey } from "../shared/keys/api-keys-desired.ts";
import { apiKeySecret, DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { type Journal, keepStanding } from "./journal.ts";
import { withinLimit } from "./lambda-environment.ts";
import { lambdaRoleArn, proveIdentityTo } from "./lambda-role.ts";
import { link } from "./link.ts";
import { stageName, tokenAudience } from "./names.ts";
import type { RelayLog } from "./relay-log.ts";
import { retained } from "./retention.ts";
import { createScheduledFunction, EACH_MINUTE, type Scheduled } from "./scheduled-function.ts";
import { keepSecrets, letRead, RECOVERY_DAYS, secretKeyPolicy } from "./secret-access.ts";

const CONCERN = DEPLOYED.rotateApiKeys;

export interface ApiKeyParts {
  journal: Journal;
  bus: Bus;
  relayLog: RelayLog;
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
}

export interface ApiKeys {
  /** ARNs, by the link's name of a key: relay reads them. */
  secrets: ReadonlyMap<string, $util.Output<string>>;
  scheduled: Scheduled;
}

export const rotateApiKeysRoleArn = (): $util.Output<string> => lambdaRoleArn(CONCERN);

/** None when no bunny of the link has one. */
export function rotateApiKeys(parts: ApiKeyParts): ApiKeys | undefined {
  const keys = apiKeysOf(link);
  if (keys.length === 0) return undefined;
  const { secrets, keyArn } = createSecrets(keys);
  const { journal, bus, relayLog, hand, deadLetterArn } = parts;
  const scheduled = createScheduledFunction({
    logicalName: "RotateApiKeys",
    concern: CONCERN,
    description: "Gives bunny a new API key before the old one is too old, once relay accepts it.",
    environment: withinLimit(
      stageName(CONCERN),
      {
        JOURNAL_TABLE: journal.name,
        BUS_NAME: bus.name,
        HAND_URL: $interpolate`https://${hand}/api`,
        TOKEN_AUDIENCE: tokenAudience(),
        RELAY_LOG_GROUP: relayLog.name,
        API_KEYS: $jsonStringify(Object.fromEntries(secrets)),
      },
      "Have fewer API keys in one link, or give them shorter names.",
    ),
    permissions: [
      ...keepSecrets([...secrets.values()], keyArn),
      { actions: ["logs:FilterLogEvents"], resources: [$interpolate`${relayLog.arn}:*`] },
      ...keepStanding(journal),
      tellChanges(bus),
      proveIdentityTo(tokenAudience()),
    ],
    deadLetterArn,
    timeout: "2 minutes",
    schedule: EACH_MINUTE,
    afterFailure: "next-run",
  });
  return { secrets, scheduled };
}

/** All under one key, and without a value: the function makes each, so that none is ever in the state. */
function createSecrets(keys: readonly BunnysKey[]) {
  const { readers } = link.relay;
  const nameOf = ({ bunny, desired }: BunnysKey) => stageName(apiKeySecret(bunny, desired.name));
  const key = new aws.kms.Key(
    "ApiKeysKey",
    {
      description: `The key of the API keys of ${stageName()}.`,
      enableKeyRotation: true,
      policy: secretKeyPolicy({ keeperArn: rotateApiKeysRoleArn(), readers, names: keys.map(nameOf) }),
    },
    retained,
  );
  const secrets = keys.map((one): [string, $util.Output<string>] => {
    const { bunny, desired } = one;
    const secret = new aws.secretsmanager.Secret(
      `ApiKey-${desired.name}`,
      {
        name: nameOf(one),
        description: `${bunny}'s API key ${desired.name}; made and kept by Warrener.`,
        kmsKeyId: key.arn,
        recoveryWindowInDays: RECOVERY_DAYS,
      },
      retained,
    );
    letRead(`ApiKeyReaders-${desired.name}`, secret.arn, readers);
    return [desired.name, secret.arn];
  });
  return { secrets: new Map(secrets), keyArn: key.arn };
}
