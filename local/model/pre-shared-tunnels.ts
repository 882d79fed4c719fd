/**
 * Tunnels that are up only if both ends have the same key, in virtual time. Nothing is told of them here that the real
 * ones would hide: what the clouds say of them, late or not at all, is in pre-shared-clouds.ts.
 *
 * A change in AWS replaces the tunnel's endpoint, which takes minutes
 * (https://docs.aws.amazon.com/vpn/latest/s2svpn/endpoint-replacements.html); a change in Azure does not, and the tunnel
 * is lost when the ends next prove to each other who they are. Whether that is at once is not documented: it is drawn. If
 * it is, a key that is set begins anew with the other end, whether it is another one or not, and takes the tunnel down.
 */
import type { Instant } from "../../shared/runtime/instant.ts";

export type Actor = "us" | "others";

export interface KeyTunnel {
  readonly name: string;
  readonly connection: string;
  awsKey: string;
  azureKey: string | null;
  isUp: boolean;
  /** When it last went up or down. */
  changedAt: Instant;
  /** By whose doing it is down. */
  lostTo: Actor | null;
  /** AWS replaces its endpoint. */
  replaced: {
    readonly since: Instant;
    readonly until: Instant;
    readonly by: Actor;
    readonly key: string | null;
  } | null;
  /** Something between the clouds is broken. */
  brokenUntil: Instant;
  /** When the ends next prove that they have the same key. */
  negotiatesAt: Instant;
  /** A change of Azure's end that has not come to its end yet; it may end without any effect. */
  azureChange: { readonly until: Instant; readonly by: Actor; readonly key: string | null } | null;
  /** Who had the ends differ, and when. */
  differBy: Actor;
  differAt: Instant;
  comesUpAt: Instant | null;
}

export interface Physics {
  /** Azure's gateway begins anew with a key as soon as it has it. */
  readonly azureNegotiatesAtOnce: boolean;
  /** AWS's end has the new key from the beginning of the replacement, and not only at its end. */
  readonly awsShowsKeyAtOnce: boolean;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const NEGOTIATE_EVERY_SECONDS = 28_800;
const INITIATE_MAX_SECONDS = 60;

export const newTunnel = (name: string, connection: string, key: string, now: Instant): KeyTunnel => ({
  name,
  connection,
  awsKey: key,
  azureKey: key,
  isUp: true,
  changedAt: now - 86_400,
  lostTo: null,
  replaced: null,
  brokenUntil: 0,
  negotiatesAt: now + NEGOTIATE_EVERY_SECONDS,
  azureChange: null,
  differBy: "others",
  differAt: 0,
  comesUpAt: null,
});

/** What has happened to it by now, if nothing else does. */
export function advance(physics: Physics, tunnel: KeyTunnel, now: Instant): void {
  endAzureChange(physics, tunnel, now);
  endReplacement(physics, tunnel, now);
  if (tunnel.isUp) lose(tunnel, now);
  else comeUp(physics, tunnel, now);
}

/** Begins the replacement of the endpoint; null leaves the key as it is. */
export function replaceEnd(
  physics: Physics,
  tunnel: KeyTunnel,
  key: string | null,
  by: Actor,
  now: Instant,
): void {
  const until = now + 180 + Math.floor(physics.random() * 1_020);
  tunnel.replaced = { since: now, until, by, key };
  if (key !== null && physics.awsShowsKeyAtOnce) setAwsKey(tunnel, key, by, now);
  if (tunnel.isUp) goDown(tunnel, by, now);
}

/** Begins a change of Azure's end; null: it will be accepted, and have no effect. */
export function changeAzure(
  physics: Physics,
  tunnel: KeyTunnel,
  key: string | null,
  by: Actor,
  now: Instant,
): void {
  tunnel.azureChange = { until: now + 10 + Math.floor(physics.random() * 230), by, key };
}

/** Begins a reset of Azure's end, which takes the tunnel down and changes no key. */
export function resetAzure(physics: Physics, tunnel: KeyTunnel, by: Actor, now: Instant): void {
  changeAzure(physics, tunnel, null, by, now);
  if (tunnel.isUp) goDown(tunnel, by, now);
}

function endAzureChange(physics: Physics, tunnel: KeyTunnel, now: Instant): void {
  const change = tunnel.azureChange;
  if (change === null || now < change.until) return;
  tunnel.azureChange = null;
  if (change.key === null) return;
  tunnel.azureKey = change.key;
  noteDiffer(tunnel, change.by, now);
  if (physics.azureNegotiatesAtOnce && tunnel.isUp) goDown(tunnel, change.by, now);
  const soon = now + Math.floor(physics.random() * NEGOTIATE_EVERY_SECONDS);
  tunnel.negotiatesAt = physics.azureNegotiatesAtOnce ? now : Math.min(tunnel.negotiatesAt, soon);
}

function endReplacement(physics: Physics, tunnel: KeyTunnel, now: Instant): void {
  const { replaced } = tunnel;
  if (replaced === null || now < replaced.until) return;
  tunnel.replaced = null;
  if (replaced.key !== null && !physics.awsShowsKeyAtOnce) setAwsKey(tunnel, replaced.key, replaced.by, now);
}

function setAwsKey(tunnel: KeyTunnel, key: string, by: Actor, now: Instant): void {
  tunnel.awsKey = key;
  noteDiffer(tunnel, by, now);
}

function noteDiffer(tunnel: KeyTunnel, by: Actor, now: Instant): void {
  if (tunnel.awsKey === tunnel.azureKey) return;
  tunnel.differBy = by;
  tunnel.differAt = now;
}

function lose(tunnel: KeyTunnel, now: Instant): void {
  if (now < tunnel.brokenUntil) goDown(tunnel, "others", now);
  else if (now >= tunnel.negotiatesAt) {
    if (tunnel.awsKey !== tunnel.azureKey) goDown(tunnel, tunnel.differBy, now);
    else tunnel.negotiatesAt = now + NEGOTIATE_EVERY_SECONDS;
  }
}

function goDown(tunnel: KeyTunnel, by: Actor, now: Instant): void {
  tunnel.isUp = false;
  tunnel.lostTo = by;
  tunnel.changedAt = now;
  tunnel.comesUpAt = null;
}

function comeUp(physics: Physics, tunnel: KeyTunnel, now: Instant): void {
  const canBeUp = tunnel.awsKey === tunnel.azureKey && tunnel.replaced === null && now >= tunnel.brokenUntil;
  if (!canBeUp) {
    tunnel.comesUpAt = null;
    return;
  }
  tunnel.comesUpAt ??= now + Math.floor(physics.random() * INITIATE_MAX_SECONDS);
  if (now < tunnel.comesUpAt) return;
  tunnel.isUp = true;
  tunnel.lostTo = null;
  tunnel.changedAt = now;
  tunnel.negotiatesAt = now + NEGOTIATE_EVERY_SECONDS;
}
