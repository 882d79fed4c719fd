/// <reference path="../.sst/platform/config.d.ts" />
/** The function that renews relay's server certificate, when it runs, and exactly what it may do. */
import type { Link } from "../shared/link/schema.ts";
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { authorityPins } from "./certificate-authority.ts";
import { withinLimit } from "./lambda-environment.ts";
import { lambdaRoleArn } from "./lambda-role.ts";
import { stageName } from "./names.ts";
import { createRelaySecret } from "./relay-secret.ts";
import { type RenewalParts, renewalEnvironment, renewalPermissions } from "./renewal-permissions.ts";
import { createScheduledFunction, type Scheduled } from "./scheduled-function.ts";
import { keepSecrets } from "./secret-access.ts";

const CONCERN = DEPLOYED.renewRelayCertificate;

const TOO_LONG =
  "PINNED_CA is the CA's certificate and those above it: adopt a CA with fewer or shorter ones above it (ECDSA's are half as long as RSA's), or leave relay.certificate out of the link.";

export interface RelayRenewalParts extends RenewalParts {
  deadLetterArn: $util.Output<string>;
  schedule: Link["certificates"];
}

export interface RelayRenewal {
  /** Of the secret in which relay finds its certificate. */
  secretArn: $util.Output<string>;
  scheduled: Scheduled;
}

/** None when the link wants no certificate for relay. */
export function scheduleRelayRenewal(
  wanted: Link["relay"]["certificate"],
  parts: RelayRenewalParts,
): RelayRenewal | undefined {
  if (wanted === undefined) return undefined;
  const secret = createRelaySecret({ keeperArn: lambdaRoleArn(CONCERN), readers: wanted.readers });
  const scheduled = createScheduledFunction({
    logicalName: "RenewRelayCertificate",
    concern: CONCERN,
    description: "Renews relay's server certificate before it ends.",
    environment: withinLimit(
      stageName(CONCERN),
      { ...renewalEnvironment(parts), SECRET_ARN: secret.arn, ...authorityPins(parts.authorities) },
      TOO_LONG,
    ),
    permissions: [...renewalPermissions(parts, "server"), ...keepSecrets([secret.arn], secret.keyArn)],
    deadLetterArn: parts.deadLetterArn,
    schedule: parts.schedule,
  });
  return { secretArn: secret.arn, scheduled };
}
