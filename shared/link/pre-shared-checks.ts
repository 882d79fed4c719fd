/** The rules of the tunnels' pre-shared keys that need several fields of the link. */
import { formatDuration } from "./duration.ts";
import type { Fault } from "./faults.ts";
import type { LinkPreSharedKeys } from "./pre-shared-keys.ts";
import type { LinkVpn } from "./vpn.ts";
import { openSeconds } from "./window.ts";

const AT = "vpn.preSharedKeys";
/** A look comes each minute, and a few may be late or lost. */
const OPEN_MIN_SECONDS = 600;

export function preSharedFaults({ connections, preSharedKeys }: LinkVpn): Fault[] {
  return [
    ...connections.flatMap(storageFaults),
    ...(preSharedKeys === undefined ? [] : policyFaults(preSharedKeys, connections)),
  ];
}

function storageFaults({ aws, keyStorage }: LinkVpn["connections"][number], c: number): Fault[] {
  if (keyStorage === undefined || "adopt" in aws) return [];
  const path = `vpn.connections[${c}].keyStorage`;
  return [{ path, message: "is always Secrets Manager where the connection is created: leave it out" }];
}

function policyFaults(policy: LinkPreSharedKeys, connections: LinkVpn["connections"]): Fault[] {
  const tunnels = connections.flatMap((connection) => connection.tunnels).length;
  return [...windowFaults(policy, tunnels), ...paceFaults(policy, tunnels)];
}

function windowFaults({ window }: LinkPreSharedKeys, tunnels: number): Fault[] {
  const path = `${AT}.window`;
  if (window === null) {
    if (tunnels > 1) return [];
    const message =
      'is missing; a link with one tunnel is down for as long as its key is replaced: write when it may be, such as { days: ["sun"], from: "02:00", to: "04:00", timeZone: "Europe/London" }';
    return [{ path, message }];
  }
  const open = openSeconds(window);
  if (open >= OPEN_MIN_SECONDS) return [];
  const least = formatDuration(OPEN_MIN_SECONDS);
  const message = `is open for ${formatDuration(open)}, and could be missed: open it for ${least} or more`;
  return [{ path, message }];
}

/** Between two rotations all tunnels must be steady again. */
function paceFaults({ rotateEverySeconds, steadySeconds }: LinkPreSharedKeys, tunnels: number): Fault[] {
  if (rotateEverySeconds === null || rotateEverySeconds > tunnels * steadySeconds) return [];
  const message = `${formatDuration(rotateEverySeconds)} is not longer than ${AT}.steadyFor for each of ${tunnels} tunnels, so keys would be due before the others have been rotated: lengthen it`;
  return [{ path: `${AT}.rotateEvery`, message }];
}
