/**
 * Reasons in words, that fit what was done as well as what will be. What another version wrote, and this one has no
 * word for, stands as it is.
 */

import { whyWords } from "../../shared/allowlists/reason-words.ts";
import type { CertificatePlan, DropReason, RequestReason } from "../../shared/certificates/plan.ts";
import type { HoldReason, PromotionReason } from "../../shared/certificates/plan-promotion.ts";
import type { Proof } from "../../shared/certificates/proof.ts";
import type { Refusal } from "../../shared/certificates/refusal.ts";
import type { ClosedCode } from "../../shared/certificates/revocation.ts";
import type { ChangeKind } from "../../shared/journal/change.ts";

const REQUEST: Readonly<Record<RequestReason, string>> = {
  absent: "none so far",
  revoked: "the old one is revoked, or others know its key",
  disabled: "somebody disabled the old one",
  expired: "the old one has ended",
  "other-ca": "the old one is not of the pinned CA",
  "other-identity": "the old one has other names than the link's",
  "other-key": "the old one has another kind of key than the link's",
  "asked-for": "a person asked for it",
  "renewal-due": "renewal due",
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
  "no-trusted-ca": "no CA of the link is known to be trusted by all",
  "outlives-ca": "it would end after its CA",
};

const PROOF: Readonly<Record<Proof | "unknown", string>> = {
  "not-needed": "no use to prove",
  seen: "seen in use",
  awaited: "not seen in use yet",
  overdue: "not seen in use in time",
  manual: "its use is left to a person to prove",
  unknown: "relay's log could not be searched for its use",
};

const PROMOTION: Readonly<Record<PromotionReason | HoldReason, string>> = {
  "nothing-current": "it had none",
  "current-ending": "the other one is about to end",
  "current-revoked": "the other one is revoked, or others know its key",
  loaded: "every replica has loaded it",
  "time-passed": "the declared time has passed",
  "staged-unfit": "it has ended, was revoked, or is not what the link asks for",
  "replicas-behind": "not every replica has loaded it",
  "no-replica-heard": "no replica was heard of lately",
  "log-not-searched": "relay's log was not searched",
  frozen: "the link is frozen",
  "time-not-passed": "the declared time has not passed",
  "left-to-a-person": "the link leaves that to a person",
  "held-by-a-person": "a person holds the other one where it is",
};

const KIND: Readonly<Record<ChangeKind, string>> = {
  request: "requested a new certificate",
  "drop-request": "dropped a pending request",
  issue: "had the CA sign it",
  merge: "merged it",
  "outcome-unknown": "gave up a signature of unknown outcome",
  promote: "had relay serve it",
  "order-revocation": "ordered a revocation",
  "close-revocation": "closed an order without a revocation",
  "unknown-issue": "found a certificate that Warrener did not ask for",
  revoke: "had the CA revoke it",
  freeze: "froze the link",
  thaw: "thawed the link",
  "hand-note": "noted by Azure's half",
  heal: "put its rules right",
  accept: "accepted what the link wants of it",
  "publish-trust": "was given a trust bundle",
  "pre-shared-key": "took a step with its pre-shared key",
  "api-key": "took a step with the API key",
  ask: "asked for a new one",
};

/** The CA's own codes stand as they are. */
const CLOSED: Readonly<Record<ClosedCode, string>> = {
  "left-to-expire": "under a short-lived CA nothing is revoked",
  "in-use": "it is in use after all",
  "other-ca": "another CA than the link's issued it",
  "never-issued": "the CA had given up on it",
};

/** What a person's wish is put off for. */
const WAITS: Readonly<Record<NonNullable<CertificatePlan["waits"]>, string>> = {
  proof: "the present one is seen in use",
};

type Words = Readonly<Record<string, string>>;
const look = (words: Words) => (word: string) => (Object.hasOwn(words, word) ? (words[word] ?? word) : word);

export const sayRequestReason = look(REQUEST);
export const sayDropReason = look(DROP);
export const sayRefusal = look(REFUSAL);
export const sayWaits = look(WAITS);
export const sayProof = look(PROOF);
export const sayPromotion = look(PROMOTION);
export const sayKind = look(KIND);
const sayClosed = look(CLOSED);

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
    case "close-revocation":
      return sayClosed(reason);
    case "order-revocation":
      return reason === "orphan" ? "it was issued and never merged" : reason;
    case "issue":
    case "merge":
    case "unknown-issue":
    case "revoke":
    case "freeze":
    case "thaw":
    case "hand-note":
    case "publish-trust":
    case "pre-shared-key":
    case "api-key":
    case "accept":
    case "ask":
      return reason;
    case "heal":
      return whyWords(reason);
  }
};
