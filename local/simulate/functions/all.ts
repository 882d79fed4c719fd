/** What is deployed in AWS, as it is scheduled. */
import type { DeployedFunction } from "./deployed.ts";
import { healAllowlistsFunction, tendAllowlistsFunction } from "./heal-allowlists.ts";
import { readAuthFailuresFunction } from "./read-auth-failures.ts";
import { renewCertificatesFunction } from "./renew-certificates.ts";
import { rotateApiKeysFunction } from "./rotate-api-keys.ts";
import { rotatePreSharedKeysFunction } from "./rotate-pre-shared-keys.ts";
import { tellIncidentsFunction } from "./tell-incidents.ts";
import { watchTunnelsFunction } from "./watch-tunnels.ts";

export const FUNCTIONS: readonly DeployedFunction[] = [
  renewCertificatesFunction,
  rotateApiKeysFunction,
  tellIncidentsFunction,
  healAllowlistsFunction,
  tendAllowlistsFunction,
  readAuthFailuresFunction,
  watchTunnelsFunction,
  rotatePreSharedKeysFunction,
];
