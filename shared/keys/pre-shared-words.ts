/** The words in which pre-shared keys are told of. None of them comes from outside. */
import type { FailReason } from "./pre-shared-schema.ts";
import type {
  AdoptReason,
  DropReason,
  PreSharedStep,
  PreSharedWaitReason,
  SetReason,
  StageReason,
} from "./pre-shared-steps.ts";

const ADOPT: Record<AdoptReason, string> = {
  "nothing-stored": "nothing is stored",
  "changed-at-both-ends": "somebody has changed both ends",
};

const STAGE: Record<StageReason, string> = {
  "rotation-due": "its time has come",
  "asked-for": "a person asked for it",
  adopted: "the current one was not made by us",
};

const SET: Record<SetReason, string> = {
  rotate: "set the new key",
  finish: "set the new key, which the other end has",
  "roll-back": "set the old key again",
  "re-sync": "set the stored key again",
};

const DROP: Record<DropReason, string> = {
  unusable: "it is no key of ours",
  "not-wanted": "no rotation is due",
  "rotation-failed": "the rotation was given up",
};

export const ENDS = { aws: "AWS", azure: "Azure" } as const;

export function preSharedStepText(step: PreSharedStep): string {
  switch (step.kind) {
    case "adopt":
      return `${step.tunnel}: store the key that AWS's end has: ${ADOPT[step.reason]}`;
    case "stage":
      return `${step.tunnel}: make a new key: ${STAGE[step.reason]}`;
    case "set":
      return `${step.tunnel}: in ${ENDS[step.end]}, ${SET[step.reason]}`;
    case "promote":
      return step.failed === null
        ? `${step.tunnel}: make the new key the current one: both ends have it`
        : `${step.tunnel}: make the new key the current one: both ends have it, and the tunnel is not up`;
    case "drop":
      return `${step.tunnel}: drop the pending key: ${DROP[step.reason]}`;
  }
}

/** Each ends what "<tunnel>: " begins. */
export const FAILURES: Record<FailReason, string> = {
  "not-taken-by-azure": "the rotation of its pre-shared key was given up: Azure did not take the new one",
  "not-taken-by-aws": "the rotation of its pre-shared key was given up: AWS did not take the new one",
  unsafe: "the rotation of its pre-shared key was given up: the other tunnels could not carry the traffic",
  "not-up-in-time": "both ends have its new pre-shared key, and it did not come up in time",
};

export const WAITS: Record<PreSharedWaitReason, string> = {
  frozen: "the link is frozen",
  "memory-unreadable": "what was done before cannot be read",
  "work-under-way": "a tunnel is being repaired",
  "other-rotation": "another tunnel's key is being rotated",
  "no-window": "the link has one tunnel, and no window in which it may be down",
  "outside-window": "its window is closed",
  paused: "the last rotation did not succeed",
  "incident-open": "an incident is open",
  "maintenance-near": "AWS is about to replace an endpoint",
  "maintenance-unknown": "AWS has not said what it means to do to the tunnels",
  "tunnel-busy": "a tunnel is being changed",
  "tunnel-not-up": "it is not up on both ends",
  "tunnel-not-steady": "it has not been up for long enough",
  "other-not-up": "another tunnel is not up on both ends",
  "other-not-steady": "another tunnel has not been up for long enough",
  "other-keys-unsettled": "another tunnel's ends do not have one key, or could not be compared",
  unreadable: "its keys cannot be read",
  "secret-deleted": "its secret is marked for deletion: restore it",
  absent: "AWS has no such tunnel, or no key for it",
  settling: "an end was asked a moment ago",
  "back-off": "an end was asked before, in vain",
  "still-up": "AWS's end has another key, and the tunnel still carries traffic",
  "coming-up": "both ends have the new key, and the tunnel is coming up",
  "other-first": "another tunnel's step comes first",
  "not-due": "it is not due yet",
};
