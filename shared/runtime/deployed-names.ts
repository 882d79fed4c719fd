/**
 * By what names the deployment (infra/) and the command line find the same things. All are fixed for a stage, so
 * that policies, tokens and people can name a thing before it exists.
 */

export const APP = "warrener";

/** Functions and tables that are looked for by name, without what every name starts with. */
export const DEPLOYED = {
  journal: "journal",
  renewCertificates: "renew-certificates",
  renewRelayCertificate: "renew-relay-certificate",
  watchTunnels: "watch-tunnels",
  healAllowlists: "heal-allowlists",
  rotateApiKeys: "rotate-api-keys",
  rotatePreSharedKeys: "rotate-pre-shared-keys",
  publishTrust: "publish-trust",
  tellIncidents: "tell-incidents",
  readAuthFailures: "read-auth-failures",
} as const;

/** The secret in AWS of relay's certificate. */
export const RELAY_SECRET = "relay-certificate";
/** The secret in AWS of one of bunny's API keys. */
export const apiKeySecret = (bunny: string, key: string): string => `${bunny}-${key}`;
/** The secret in AWS of a tunnel's pre-shared key. */
export const tunnelSecretName = (tunnel: string): string => `tunnel-${tunnel}`;
/** Names of other secrets of the deployment: no API key's may be one of them. */
export const API_KEY_SECRETS_TAKEN: readonly RegExp[] = [
  new RegExp(`^${RELAY_SECRET}$`),
  /^slack-token$/,
  /^trust-bundle$/,
  /^tunnel-/,
];

/** The function of the Function App that Event Grid wakes. */
export const NSG_FUNCTION = "heal-network-security-group";

/** The alarm of one tunnel. All alarms of tunnels have names that begin with what `tunnel` alone gives. */
export const tunnelAlarm = (tunnel: string): string => `tunnel-${tunnel}-down`;
/** In alarm when every tunnel of the link is. */
export const TUNNELS_ALARM = "tunnels-down";

/** The name of a thing inside one AWS account or one resource group. */
export const nameInStage = (app: string, stage: string, thing?: string): string =>
  [app, stage, thing].filter((part) => part !== undefined).join("-");

/** Room for the stem of a name of at most 24 characters: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const VAULT_STEM_LENGTH = 15;

/** What the name of a bunny's vault begins with; a hyphen and what makes it unique in the whole world follow. */
export const vaultStem = (bunny: string): string =>
  `wr-${bunny}`.slice(0, VAULT_STEM_LENGTH).replace(/-$/, "");
