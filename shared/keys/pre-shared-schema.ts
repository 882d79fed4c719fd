/**
 * The nouns of pre-shared keys. A tunnel is up only if both of its ends have the same key, so what counts is which of
 * our stored keys each end has. No key is ever among what is observed, planned or remembered, and no digest either:
 * a person's key may be short enough to be found from one.
 */
import * as z from "zod";
import type { RenewalWindow } from "../link/window.ts";
import type { Instant } from "../runtime/instant.ts";
import type { CannotTell } from "../tunnels/schema.ts";
import type { Origin } from "./pre-shared-key.ts";

/** What the link declares. */
export interface PreSharedPolicy {
  /** Null: only when a person asks for it. */
  readonly rotateEverySeconds: number | null;
  /** For so long every tunnel must have been up on both ends before one is taken down. */
  readonly steadySeconds: number;
  /** After it was asked to take a key, an end may still show the one before for so long. */
  readonly settleSeconds: number;
  /** After a rotation that did not succeed; none of the link's tunnels is rotated meanwhile. */
  readonly pauseSeconds: number;
  /** Rotations begin in it alone. A link with one tunnel needs one, as the link is down for as long as it takes. */
  readonly window: RenewalWindow | null;
}

/** A version that is labelled in a tunnel's secret. */
export interface StoredKey {
  readonly versionId: string;
  readonly createdAt: Instant;
  /** Null: its value is none of ours, or a key that one of the clouds would not take. */
  readonly origin: Origin | null;
}

export interface StoredKeys {
  readonly current: StoredKey | null;
  /** Null also when it is the current one: AWSPENDING stays where a promotion found it. */
  readonly pending: StoredKey | null;
  /** Which version has AWSPENDING, whatever it is good for. */
  readonly pendingLabel: string | null;
}

/** Which key an end has. `other`: neither of those that are stored. `none`: it was never given one. */
export type EndKey = "current" | "pending" | "other" | "none";

export interface ObservedKey {
  readonly name: string;
  /** `secret-deleted`: it is marked for deletion. */
  readonly stored: StoredKeys | "secret-deleted" | CannotTell;
  readonly aws: EndKey | CannotTell;
  readonly azure: EndKey | CannotTell;
  /** Whether the ends have one and the same key, stored or not; false when that cannot be told. */
  readonly same: boolean;
}

const End = z.enum(["aws", "azure"]);
export type End = z.infer<typeof End>;

const At = z.int().nonnegative();

/** An end was asked to take the key of this version. The answer may have been lost, and the change may come late. */
const Asked = z.object({
  end: End,
  versionId: z.string(),
  at: At,
  /** It said no, for this reason, so nothing comes of it; left out of one that has begun, or may have. */
  refused: z.string().max(120).optional(),
});
export type Asked = z.infer<typeof Asked>;

const KeyMemory = z.object({
  name: z.string(),
  /** Since when it has been up on both ends at every look. */
  upSince: At.nullable(),
  /** Since when its ends have different keys, as far as they could be compared since. */
  differSince: At.nullable(),
  /** When they were last compared, to some minutes. */
  comparedAt: At.nullable().default(null),
  /** Since when both ends have the pending key. */
  inPlaceSince: At.nullable(),
  /** Since when something of it could not be read, and what. */
  blind: z.object({ since: At, code: z.string() }).nullable(),
  /** Of the last day, oldest first. */
  asked: z.array(Asked),
});
export type KeyMemory = z.infer<typeof KeyMemory>;

/** Why a rotation did not succeed. The last one ended with the new key at both ends, all others with the old one. */
export const FailReason = z.enum([
  /** Azure refused the key, or took it and does not have it. */
  "not-taken-by-azure",
  /** AWS took no change of the tunnel, or does not have the key after it. */
  "not-taken-by-aws",
  /** The other tunnels were not fit to carry the traffic any more. */
  "unsafe",
  "not-up-in-time",
]);
export type FailReason = z.infer<typeof FailReason>;

/** The rotation of one tunnel, from the first change of an end until its pending key is current, or dropped. */
const Attempt = z.object({
  tunnel: z.string(),
  versionId: z.string(),
  startedAt: At,
  /** Why it goes back to the old key; null while it goes forward. */
  turnedBack: FailReason.nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** What the clouds do not remember. When it is lost, every wait begins anew, and nothing else is. */
export const PreSharedMemory = z.object({
  /** Counts the writes: two runs at once cannot both build on the same one. 0: never written. */
  version: z.int().nonnegative(),
  tunnels: z.array(KeyMemory),
  attempt: Attempt.nullable(),
  /** The last rotation, if it did not succeed. */
  failed: z.object({ tunnel: z.string(), at: At, reason: FailReason }).nullable(),
});
export type PreSharedMemory = z.infer<typeof PreSharedMemory>;

export const NO_PRE_SHARED_MEMORY: PreSharedMemory = { version: 0, tunnels: [], attempt: null, failed: null };
