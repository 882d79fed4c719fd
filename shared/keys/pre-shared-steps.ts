/** The steps of a rotation or a re-sync, and why a tunnel's key waits: closed, so that each has words and a test. */
import type { Instant } from "../runtime/instant.ts";
import type { End, FailReason } from "./pre-shared-schema.ts";

export type AdoptReason =
  | "nothing-stored"
  /** Somebody has changed both ends, and in the same way. */
  | "changed-at-both-ends";

export type StageReason = "rotation-due" | "asked-for" | "adopted";

export type SetReason =
  /** Forward: the ends differ until the other one is set. */
  | "rotate"
  /** AWS has the new key, so the old one would cost another replacement. */
  | "finish"
  | "roll-back"
  | "re-sync";

export type DropReason =
  /** Its value is no key of ours. */
  | "unusable"
  /** No rotation is due any more. */
  | "not-wanted"
  | "rotation-failed";

export interface SetStep {
  readonly kind: "set";
  readonly tunnel: string;
  readonly end: End;
  readonly versionId: string;
  readonly reason: SetReason;
  /** Why a rotation turns back by it. */
  readonly failed: FailReason | null;
}

export type PreSharedStep =
  /** The key that AWS's end has becomes the current one, in the place of `from`. */
  | {
      readonly kind: "adopt";
      readonly tunnel: string;
      readonly from: string | null;
      readonly reason: AdoptReason;
    }
  /** A new key is made and labelled as pending, in the place of `from`. */
  | {
      readonly kind: "stage";
      readonly tunnel: string;
      readonly from: string | null;
      readonly reason: StageReason;
    }
  | SetStep
  | {
      readonly kind: "promote";
      readonly tunnel: string;
      readonly from: string | null;
      readonly to: string;
      readonly failed: FailReason | null;
    }
  | {
      readonly kind: "drop";
      readonly tunnel: string;
      readonly versionId: string;
      readonly reason: DropReason;
      readonly failed: FailReason | null;
    };

/** Why no rotation may begin or go on now. */
export type GateReason =
  | "frozen"
  | "memory-unreadable"
  /** A repair is under way. */
  | "work-under-way"
  /** Another tunnel's rotation is. */
  | "other-rotation"
  /** The link has one tunnel, and no window in which it may be down. */
  | "no-window"
  | "outside-window"
  | "paused"
  | "incident-open"
  | "maintenance-near"
  | "maintenance-unknown"
  | "tunnel-busy"
  | "tunnel-not-up"
  | "tunnel-not-steady"
  | "other-not-up"
  | "other-not-steady"
  /** The other's ends differ, or could not be compared: it may be lost at any moment. */
  | "other-keys-unsettled";

export type PreSharedWaitReason =
  | GateReason
  | "unreadable"
  | "secret-deleted"
  /** AWS has no such tunnel, or neither a key nor a stored one is to be had. */
  | "absent"
  /** An end was asked a moment ago: what is read may be of the time before it. */
  | "settling"
  | "back-off"
  /** AWS's end would have to be set, and the tunnel still carries traffic. */
  | "still-up"
  | "coming-up"
  | "other-first"
  | "not-due";

export interface PreSharedWait {
  readonly tunnel: string;
  readonly reason: PreSharedWaitReason;
  /** When it may be over by itself; null when that cannot be told. */
  readonly until: Instant | null;
}

/** Those that touch no tunnel come first, then those that can only help one, then those that put one at risk. */
export function rankOf(step: PreSharedStep): number {
  switch (step.kind) {
    case "adopt":
    case "promote":
    case "drop":
      return 0;
    case "set":
      return step.reason !== "rotate" ? 1 : step.end === "aws" ? 2 : 3;
    case "stage":
      return 4;
  }
}
