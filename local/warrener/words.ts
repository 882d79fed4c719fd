/** Reasons in words. What a later or an earlier version wrote, and this one has no word for, stands as it is. */
import type { DropReason, RequestReason } from "../../shared/certificates/plan.ts";
import type { HoldReason, PromotionReason } from "../../shared/certificates/plan-promotion.ts";
import type { Proof } from "../../shared/certificates/proof.ts";
import type { Refusal } from "../../shared/certificates/refusal.ts";
import type { ChangeKind } from "../../shared/journal/change.ts";

const REQUEST: Readonly<Record<RequestReason, string>> = {
  absent: "there was none",
  revoked: "the one before is revoked, or its key is known to others",
  disabled: "somebody disabled the one before",
  expired: "the one before had ended",
  "other-ca": "the one before was not issued by the pinned CA",
  "other-identity": "the one before had other names than the link's",
  "other-key": "the one before had another kind of key than the link's",
  "renewal-due": "its renewal was due",
};

const DROP: Readonly<Record<DropReason, string>> = {
  "signature-invalid": "it was not signed with its own key",
  "other-subject": "it asked for another subject than the link's",
  "other-dns-names": "it asked for other DNS names than the link's",
  "other-key": "it asked for another kind of key than the link's",
  "asks-for-more": "it asked for more than the link does",
  "other-policy": "the vault's policy for it is not the link's",
  "other-ca": "it was to be signed by another CA than the present one",
  "outcome-unknown": "nobody knows whether a certificate was issued for it",
  "intent-outlived": "its certificate would have been due for renewal already",
};

const REFUSAL: Readonly<Record<Refusal["reason"], string>> = {
  "ca-not-active": "the CA is not active",
  "lifetime-over-short-lived-ca": "the CA is a short-lived one, and signs for 7 days at most",
  "outlives-ca": "it would end after its CA",
};

const PROOF: Readonly<Record<Proof | "unknown", string>> = {
  "not-needed": "there is nothing to prove",
  seen: "seen in use",
  awaited: "its use is waited for",
  overdue: "it was not seen in use in the time that it has for that",
  manual: "whether it is used is left to a person",
  unknown: "relay's log could not be searched for its use",
};

const PROMOTION: Readonly<Record<PromotionReason | HoldReason, string>> = {
  "nothing-current": "relay has no other",
  "current-ending": "the one that relay serves is about to end",
  "current-revoked": "the one that relay serves is revoked, or its key is known to others",
  loaded: "every replica of relay has loaded it",
  "time-passed": "the declared time has passed",
  "staged-unfit": "it has ended, or is not what the link asks for",
  "replicas-behind": "not every replica of relay has loaded it",
  "no-replica-heard": "no replica of relay was heard of lately",
  "log-not-searched": "relay's log was not searched",
  "time-not-passed": "the declared time has not passed",
  "left-to-a-person": "the link leaves that to a person",
};

const KIND: Readonly<Record<ChangeKind, string>> = {
  request: "asked for a new one",
  "drop-request": "dropped a pending request",
  issue: "had it signed",
  merge: "merged it",
  "outcome-unknown": "gave up a signature of which nobody knows the outcome",
  promote: "had relay serve it",
  "order-revocation": "ordered a revocation",
  "unknown-issue": "found a certificate that somebody else had signed",
  revoke: "had it revoked",
};

type Words = Readonly<Record<string, string>>;
const look = (words: Words) => (word: string) => (Object.hasOwn(words, word) ? (words[word] ?? word) : word);

export const sayRequestReason = look(REQUEST);
export const sayDropReason = look(DROP);
export const sayRefusal = look(REFUSAL);
export const sayProof = look(PROOF);
export const sayPromotion = look(PROMOTION);
export const sayKind = look(KIND);

/** Of any change in the history; "found" is told by `sayFound`. */
export const sayReason = (kind: ChangeKind, reason: string): string => {
  switch (kind) {
    case "request":
      return sayRequestReason(reason);
    case "drop-request":
    case "outcome-unknown":
      return sayDropReason(reason);
    case "promote":
      return sayPromotion(reason);
    case "issue":
    case "merge":
    case "order-revocation":
    case "unknown-issue":
    case "revoke":
      return reason;
  }
};
