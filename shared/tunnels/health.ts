/**
 * What both ends of a tunnel say together, and how bad it is for the link. It depends on nothing but what is observed
 * now: not on what was told before, on what is being done, or for how long it has lasted.
 *
 * AWS is the quicker witness: Azure's status may lag behind by minutes. So a tunnel that is down in AWS carries
 * nothing, whatever Azure says; one that is up in AWS may do, although Azure says otherwise or no route has come: that
 * is a doubt, which is told, and never mended.
 */
import { type AzureEnd, cannotTell, type ObservedTunnel } from "./schema.ts";

export type Health =
  | "up"
  /** Up in AWS; Azure could not be asked. */
  | "up-in-aws"
  /** Connected in Azure; AWS could not be asked. */
  | "up-in-azure"
  /** IPsec is up, BGP is not: nothing is routed. */
  | "bgp-down"
  | "down"
  /** Down in AWS, connected in Azure. */
  | "down-in-aws"
  /** Up in AWS, not connected in Azure. */
  | "not-in-azure"
  /** Up in AWS with BGP, by which AWS has taken no route. */
  | "no-routes"
  /** AWS has no such tunnel. */
  | "absent"
  /** Not connected in Azure; AWS could not be asked. */
  | "down-in-azure"
  | "unknown";

export function healthOf({ aws, azure }: ObservedTunnel): Health {
  const inAzure = cannotTell(azure) ? "unknown" : azure.status;
  if (cannotTell(aws)) return BY_AZURE[inAzure];
  if (aws.status === "absent") return "absent";
  if (aws.status === "down") {
    if (aws.ipsec === "up") return "bgp-down";
    return inAzure === "connected" ? "down-in-aws" : "down";
  }
  if (inAzure === "not-connected" || inAzure === "connecting") return "not-in-azure";
  if (aws.acceptedRoutes === 0) return "no-routes";
  return inAzure === "connected" ? "up" : "up-in-aws";
}

/** What Azure's word alone is worth. */
const BY_AZURE = {
  connected: "up-in-azure",
  "not-connected": "down-in-azure",
  connecting: "unknown",
  unknown: "unknown",
} as const satisfies Record<AzureEnd["status"], Health>;

const LOST: ReadonlySet<Health> = new Set(["bgp-down", "down", "down-in-aws", "absent", "down-in-azure"]);

/** It carries nothing. */
export const isLost = (health: Health): boolean => LOST.has(health);

/** It is up in AWS, and may carry nothing all the same. */
export const isDoubtful = (health: Health): boolean => health === "not-in-azure" || health === "no-routes";

/** Something is wrong with it. */
export const isHurt = (health: Health): boolean => isLost(health) || isDoubtful(health);

/** AWS says so, which is what counts. */
export const isUpInAws = (health: Health): boolean =>
  health === "up" || health === "up-in-aws" || isDoubtful(health);

/**
 * Critical when a tunnel is lost and none is known that may carry anything; so a link with one tunnel is critical at
 * once, and being blind makes nothing look better. A warning when something is wrong and something is left. Null:
 * nothing is known to be wrong.
 */
export function severityOf(tunnels: readonly ObservedTunnel[]): "critical" | "warning" | null {
  const healths = tunnels.map(healthOf);
  if (!healths.some(isHurt)) return null;
  return healths.every((health) => isLost(health) || health === "unknown") ? "critical" : "warning";
}

/** One end at least could not be asked whether it is up. */
export const isUnseen = ({ aws, azure }: ObservedTunnel): boolean =>
  cannotTell(aws) || cannotTell(azure) || azure.status === "unknown";

/** Something of it could not be asked for that a repair must know. */
export const isUnsure = (tunnel: ObservedTunnel): boolean =>
  isUnseen(tunnel) || (!cannotTell(tunnel.aws) && tunnel.aws.unknownDetail !== null);

/** Somebody is changing it: we, a person, or the cloud itself. */
export function isBusy({ aws, azure }: ObservedTunnel): boolean {
  const inAws =
    !cannotTell(aws) &&
    aws.status !== "absent" &&
    (aws.connectionState !== "available" || aws.provisioning === "pending");
  const inAzure = !cannotTell(azure) && ["updating", "creating", "deleting"].includes(azure.provisioning);
  return inAws || inAzure;
}
