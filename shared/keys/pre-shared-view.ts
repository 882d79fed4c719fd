/** What a decision about one tunnel's key looks at: the keys, how both ends are, and what is remembered. */
import type { Severity } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";
import { healthOf, isLost, isUnsure } from "../tunnels/health.ts";
import { cannotTell, type ObservedTunnel, type Memory as TunnelsMemory } from "../tunnels/schema.ts";
import { lastAsked, timesAsked } from "./pre-shared-memory.ts";
import type { End, KeyMemory, ObservedKey, PreSharedMemory, PreSharedPolicy } from "./pre-shared-schema.ts";

export interface TunnelKey {
  readonly name: string;
  readonly key: ObservedKey;
  readonly seen: ObservedTunnel;
  readonly known: KeyMemory;
}

export interface OpenIncident {
  readonly key: string;
  readonly severity: Severity;
}

export interface KeysView {
  readonly policy: PreSharedPolicy;
  /** By name. */
  readonly tunnels: readonly TunnelKey[];
  /** With what is observed taken in. */
  readonly memory: PreSharedMemory;
  /** What the tunnels concern remembers: maintenance, and whose work is under way; null when it cannot be read. */
  readonly tunnelsMemory: TunnelsMemory | null;
  readonly incidents: readonly OpenIncident[];
  readonly frozen: boolean;
  /** When a person last asked for a rotation, by tunnel. */
  readonly askedFor: ReadonlyMap<string, Instant>;
  readonly now: Instant;
}

/** Both ends were asked, and it carries nothing: whatever is done to it takes nothing away. */
export const isLostForSure = ({ seen }: TunnelKey): boolean => isLost(healthOf(seen)) && !isUnsure(seen);

/** AWS changes one tunnel of a connection at a time, and none while it is not `available`. */
export const isAwsBusy = ({ seen: { aws } }: TunnelKey): boolean =>
  cannotTell(aws) || aws.connectionState !== "available" || aws.provisioning === "pending";

/** Whether it may be this one: an endpoint that is replaced carries nothing, and of one that is down AWS says more. */
export function isAwsChanging(tunnel: TunnelKey): boolean {
  const { aws } = tunnel.seen;
  if (cannotTell(aws)) return true;
  return isAwsBusy(tunnel) && aws.status !== "up" && aws.provisioning !== "available";
}

const CHANGING: ReadonlySet<string> = new Set(["updating", "creating", "deleting"]);
/** A gateway takes one change at a time, whichever of its connections it is about. */
export const isAzureBusy = ({ tunnels }: KeysView): boolean =>
  tunnels.some(({ seen: { azure } }) => !cannotTell(azure) && CHANGING.has(azure.provisioning));

/** After it was asked, an end may still show what was before: Azure changes it for minutes, AWS says so late. */
export const isSettled = ({ policy, now }: KeysView, { known }: TunnelKey, end: End): boolean =>
  now >= (lastAsked(known, end)?.at ?? 0) + policy.settleSeconds;

const BACK_OFF_MAX_SECONDS = 21_600;
/** From when on an end may be asked to take this key again: the pause doubles each time. */
export function askAgainAt({ policy }: KeysView, { known }: TunnelKey, end: End, versionId: string): Instant {
  const last = known.asked.findLast((one) => one.end === end && one.versionId === versionId);
  if (last === undefined) return 0;
  const pause = policy.settleSeconds * 2 ** (timesAsked(known, end, versionId) - 1);
  return last.at + Math.min(pause, BACK_OFF_MAX_SECONDS);
}
