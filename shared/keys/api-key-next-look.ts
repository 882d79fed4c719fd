/** Decides when an API key has to be looked at again: most minutes there is nothing to see. Pure. */
import type { Instant } from "../runtime/instant.ts";
import type { ApiKeyPlan } from "./api-key-plan.ts";
import type { WaitReason } from "./api-key-steps.ts";

/** What people do to labels and vaults is seen within this. */
export const LOOK_WITHIN_SECONDS = 900;

/** Waits that only time ends; what ends the others may be there in the next minute. */
const BY_TIME: Record<WaitReason, boolean> = {
  "labels-unsettled": true,
  settling: true,
  "time-not-passed": true,
  grace: true,
  "back-off": true,
  "log-unsteady": true,
  "labels-unreadable": false,
  "secret-deleted": false,
  "vault-unreadable": false,
  "vault-deleted": false,
  "log-not-searched": false,
  "log-unreadable": false,
  "no-replica-heard": false,
  "replicas-behind": false,
  "awaiting-use": false,
  "still-used": false,
  "bunny-not-heard": false,
};

export function nextLookAt({ step, troubles, nextAt }: ApiKeyPlan, now: Instant): Instant {
  const latest = now + LOOK_WITHIN_SECONDS;
  // What is told is told to be over within the minute.
  if (troubles.length > 0) return now;
  if (step.kind === "none") return Math.min(nextAt, latest);
  if (step.kind !== "wait" || !BY_TIME[step.reason]) return now;
  return Math.min(step.until ?? latest, latest);
}
