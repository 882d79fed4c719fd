/// <reference path="../.sst/platform/config.d.ts" />
/** The function that renews the bunnies' certificates, when it runs, and exactly what it may do. */
import type { Link } from "../shared/link/schema.ts";
import { DEPLOYED } from "../shared/runtime/deployed-names.ts";
import { withinLimit } from "./lambda-environment.ts";
import { lambdaRoleArn, proveIdentityTo } from "./lambda-role.ts";
import { stageName, tokenAudience } from "./names.ts";
import { type RenewalParts, renewalEnvironment, renewalPermissions } from "./renewal-permissions.ts";
import { createScheduledFunction, type Scheduled } from "./scheduled-function.ts";

const CONCERN = DEPLOYED.renewCertificates;

const TOO_LONG =
  "The pins are the CAs' certificates and those above them: adopt CAs with fewer or shorter ones above them (ECDSA's are half as long as RSA's).";

export interface BunnyRenewalParts extends RenewalParts {
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
  schedule: Link["certificates"];
}

export function renewCertificatesRoleArn(): $util.Output<string> {
  return lambdaRoleArn(CONCERN);
}

export function scheduleRenewals(parts: BunnyRenewalParts): Scheduled {
  return createScheduledFunction({
    logicalName: "RenewCertificates",
    concern: CONCERN,
    description: "Renews the certificates of the link before they end.",
    environment: withinLimit(
      stageName(CONCERN),
      {
        ...renewalEnvironment(parts),
        HAND_URL: $interpolate`https://${parts.hand}/api`,
        TOKEN_AUDIENCE: tokenAudience(),
      },
      TOO_LONG,
    ),
    permissions: [...renewalPermissions(parts, "client"), proveIdentityTo(tokenAudience())],
    deadLetterArn: parts.deadLetterArn,
    schedule: parts.schedule,
  });
}
