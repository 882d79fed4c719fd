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
  tellIncidents: "tell-incidents",
} as const;

/** The alarm of one tunnel. All alarms of tunnels have names that begin with what `tunnel` alone gives. */
export const tunnelAlarm = (tunnel: string): string => `tunnel-${tunnel}-down`;
/** In alarm when every tunnel of the link is. */
export const TUNNELS_ALARM = "tunnels-down";

/** The name of a thing inside one AWS account or one resource group. */
export const nameInStage = (app: string, stage: string, thing?: string): string =>
  [app, stage, thing].filter((part) => part !== undefined).join("-");
