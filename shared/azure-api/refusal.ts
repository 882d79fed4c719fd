/** How the hand says no, and how it says that a cloud failed: what every endpoint of the contract has in common. */
import * as z from "zod";
import { CLOUD_CODE } from "../runtime/errors.ts";

/** Why the hand would not do what was asked. Closed: the brain has a decision for each. */
export const RefusalReason = z.enum([
  /** This half was built from another link, or speaks another version: nothing is changed. */
  "other-link",
  "unknown-certificate",
  /** A request already waits in the vault: observe again and go on with that one. */
  "request-pending",
  /** The current version is not the one that the decision was made for: observe again. */
  "observation-stale",
  /** The request is gone, merged by another run or dropped: observe again. */
  "request-gone",
  /** The name belongs to a certificate that somebody deleted; a person must recover it. */
  "certificate-deleted",
  /** The name belongs to something in the vault that is no certificate. */
  "name-taken",
  /** The chain does not end at the CA pinned at deployment, is out of order, or a signature in it is wrong. */
  "chain-not-trusted",
  /** The leaf is not for the key that waits in the vault. */
  "other-key",
  /** The leaf says something else than the link: subject, DNS names, purpose or dates. */
  "other-identity",
  "other-purpose",
  "other-dates",
  "unknown-tunnel",
  /** The Azure connection ends another tunnel than the one asked for: its other end has another address. */
  "other-outside-address",
  /** The connection is being changed, by us or by somebody else. */
  "tunnel-busy",
  /** It is the last of the link's connections that is up. */
  "last-tunnel",
  /** A later holder of the link's lease has been here. */
  "lease-lost",
  /** The lease's number is far above any that has been here: it is hardly the lease's. */
  "lease-far-ahead",
  /** Something that must be known before it could not be read: nothing was done. */
  "cannot-tell",
  "unknown-group",
  /** The link wants something else of the group than what was accepted: plan again. */
  "other-wish",
  "unknown-key",
  /** The name belongs to a secret that somebody deleted; a person must recover or purge it. */
  "key-deleted",
  "unknown-bunny",
  /** The trust bundle lacks a CA that the link issues from, or has it as one that is being left. */
  "ca-missing",
  /** The trust bundle lacks the CA of a certificate that is current in that bunny's vault. */
  "ca-in-use",
  /** The trust bundle lets in again what was revoked and has not ended, or would refuse something for longer than any leaf lives. */
  "revocation-lost",
  "revocation-too-long",
  /** The trust bundle revokes a certificate that is current in that bunny's vault. */
  "revokes-current",
  /** The trust bundle's number is not above that of the one in the vault, or far above it. */
  "number-out-of-line",
  /** The bundle's name belongs to a secret that somebody deleted; a person must recover it. */
  "bundle-deleted",
  /** Nothing is changed until somebody thaws the link. */
  "frozen",
  /** Not a pre-shared key that both clouds take, or an API key under the id of another one. */
  "illegal-key",
  /** A vault keeps every version of a secret: no name gets more than so many a day. */
  "set-too-often",
  /** A later word about the freeze has been here. */
  "older-word",
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

export const Refused = z.strictObject({
  outcome: z.literal("refused"),
  reason: RefusalReason,
  detail: z.string().max(500),
});
export type Refused = z.infer<typeof Refused>;

/** A cloud's failure as it may travel: its own code and our words, never its text. */
export const Problem = z.strictObject({
  code: z.string().regex(CLOUD_CODE),
  operation: z.string().max(100),
  retryable: z.boolean(),
  /** The cloud took no call for now: nothing is wrong with this one. */
  throttled: z.boolean().optional(),
});
export type Problem = z.infer<typeof Problem>;
