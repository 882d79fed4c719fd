/** The words in which API keys are told of. None of them comes from outside. */
import type { ApiKeyStep, DropReason, PushReason, StageReason, WaitReason } from "./api-key-steps.ts";
import type { ApiKeyTroubleReason } from "./api-key-troubles.ts";

const STAGE: Record<StageReason, string> = {
  absent: "there is none",
  disabled: "it was disabled in the vault",
  "other-identity": "it is another bunny's",
  "other-scopes": "the link asks for other scopes",
  "asked-for": "a person asked for it",
  "rotation-due": "its time has come",
};

const DROP: Record<DropReason, string> = {
  idle: "nobody gets in by it",
  outdated: "it is older than the current one",
  "other-identity": "it is another bunny's",
  "other-scopes": "the link asks for other scopes",
  "taken-back": "the vault has the current one again",
  "not-loaded": "relay did not load it",
};

const PUSH: Record<PushReason, string> = {
  rotation: "relay has loaded it",
  absent: "the vault has none",
  "unknown-in-vault": "relay does not know the vault's",
  "previous-in-vault": "the vault still has the previous one",
  "pending-disabled": "the new one was disabled in the vault",
  "pending-unfit": "the new one is not what the link asks for",
};

export function keyStepText(step: ApiKeyStep): string {
  switch (step.kind) {
    case "stage":
      return `make a new key: ${STAGE[step.reason]}`;
    case "drop-pending":
      return `drop the pending key: ${DROP[step.reason]}`;
    case "push":
      return step.reason === "rotation"
        ? `push the new key: ${PUSH.rotation}`
        : `push the current key: ${PUSH[step.reason]}`;
    case "promote":
      return step.reason === "used"
        ? "make the new key the current one: bunny uses it"
        : "make the new key the current one: there is none";
    case "retire":
      return "retire the previous key: nobody uses it any more";
    case "restore-previous":
      return "make the previous key the current one again: what is current is no key of ours";
  }
}

export const KEY_WAITS: Record<WaitReason, string> = {
  "labels-unsettled": "a label was moved a moment ago",
  "labels-unreadable": "the secret cannot be read",
  "secret-deleted": "the secret is marked for deletion: restore it",
  "vault-unreadable": "the vault cannot be read",
  "vault-deleted": "the vault's secret is deleted: recover it or purge it",
  "log-not-searched": "relay's log was not searched",
  "log-unreadable": "relay's log cannot be searched",
  "log-unsteady": "relay's log has only just come back",
  "no-replica-heard": "no replica of relay is heard",
  "replicas-behind": "not every replica of relay has loaded it",
  settling: "relay's replicas get time to load it",
  "time-not-passed": "the time after which it counts has not passed",
  "awaiting-use": "bunny does not use it yet",
  grace: "the previous key is in its grace",
  "still-used": "the old key is still used",
  "bunny-not-heard": "bunny is not heard steadily, or not with the key that its vault has",
  "back-off": "the last one was given up a short while ago",
};

/** Each ends what "<key>: " begins. */
export const KEY_TROUBLES: Record<ApiKeyTroubleReason, string> = {
  "labels-unreadable": "its secret cannot be read, so nothing is changed",
  "secret-deleted": "its secret is marked for deletion: restore it",
  "vault-unreadable": "bunny's vault cannot be read, so nothing is changed",
  "vault-deleted": "bunny's vault has it deleted, and its name is taken: recover it or purge it",
  "log-unreadable": "relay's log cannot be searched, so nobody knows what is loaded and used",
  "not-labelled": "a new key was made, and its secret does not take the label for it",
  "current-foreign": "what was made current by hand is no key, and lets nobody in",
  "vault-disabled": "it is disabled in bunny's vault, so a pod that starts gets none",
  "unknown-in-vault": "bunny's vault has a key that relay does not know",
  "not-loaded": "not every replica of relay has loaded it in time",
  "not-used": "bunny does not use what its vault has",
  "given-up": "its rotation was given up, as relay had not loaded the new key",
  "previous-in-use": "the old key is used although its grace is over",
  "bunny-not-heard":
    "bunny was not heard steadily, or not with the key that its vault has, so the old one stays",
  "rotation-late": "it is older than the link allows",
};
