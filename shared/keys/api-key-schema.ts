/**
 * The nouns of bunny's API keys. relay accepts a key while a version of its secret has one of three labels; bunny uses
 * what its vault has. No value of a key is ever among what is observed, planned or remembered: a key is told by its id.
 */
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";

/** The beginning of a key's digest (`keyIdOf`): what relay logs, what the vault's version is tagged with. */
export const KeyId = z.string().regex(/^[0-9a-f]{16}$/, "a key's id is 16 lower-case hexadecimal digits");
export type KeyId = z.infer<typeof KeyId>;

/** What a key is good for; relay holds each request to it. */
export const Scope = z.enum(["poll", "results"]);
export type Scope = z.infer<typeof Scope>;

/** How it is proven that a key is loaded, and used: seen in relay's log, or taken for granted after a time. */
export type KeyProof = "observed" | { readonly after: number };

/** A key as the link declares it. */
export interface DesiredApiKey {
  readonly name: string;
  /** The bunny whose key it is. */
  readonly identity: string;
  /** Names for which a key is as good, itself among them. */
  readonly asGood: readonly string[];
  /** By which relay may log who comes with it. */
  readonly callers: readonly string[];
  readonly scopes: readonly Scope[];
  readonly rotateEverySeconds: number;
  /** For so long at least the previous key is accepted beside the current one. */
  readonly graceSeconds: number;
  readonly proof: KeyProof;
  readonly provenWithinSeconds: number;
}

/** What a version's value says of itself, without the key. */
export interface KeyFacts {
  readonly id: KeyId;
  readonly identity: string;
  readonly scopes: readonly Scope[];
}

export interface LabelledKey {
  readonly versionId: string;
  readonly createdAt: Instant;
  /** Null when the value is none of ours: relay accepts nothing by it. */
  readonly key: KeyFacts | null;
}

/** The versions that relay accepts, by AWSCURRENT, AWSPENDING and AWSPREVIOUS, of one reading. */
export interface KeyLabels {
  readonly current: LabelledKey | null;
  readonly pending: LabelledKey | null;
  readonly previous: LabelledKey | null;
}

/** The newest version in bunny's vault, which is the one that pods are given. */
export const VaultKey = z.strictObject({
  version: z.string().min(1).max(64),
  /** Null when it carries no id of ours: somebody else has set it. */
  keyId: KeyId.nullable(),
  enabled: z.boolean(),
  createdAt: z.int().nonnegative(),
});
export type VaultKey = z.infer<typeof VaultKey>;

/** One replica's last word. */
export interface LoadedKeys {
  readonly replica: string;
  readonly at: Instant;
  readonly keyIds: readonly KeyId[];
}

/** When a key was accepted, within the time that was searched (`usesSearchedSeconds`). */
export interface KeyUse {
  readonly keyId: KeyId;
  readonly at: readonly Instant[];
}

/** When callers of an identity were accepted, with whatever key, within the same time. */
export interface Heard {
  readonly identity: string;
  readonly at: readonly Instant[];
}

/** What relay's log shows. */
export interface KeyLog {
  /** Those heard within five minutes. */
  readonly replicas: readonly LoadedKeys[];
  /** When any of them was heard within those minutes. */
  readonly heardAt: readonly Instant[];
  readonly used: readonly KeyUse[];
  readonly heard: readonly Heard[];
}

export interface ObservedApiKey {
  /** "deleted": the secret is marked for deletion. "unreadable": nobody can tell. */
  readonly labels: KeyLabels | "deleted" | "unreadable";
  /** Null: there is no such secret. "deleted": there was one, and its name is taken until it is recovered or purged. */
  readonly vault: VaultKey | null | "deleted" | "unreadable";
  readonly log: KeyLog | "not-searched" | "unreadable";
}

const At = z.int().nonnegative();
/** Since when something was seen with this id; by our own clock, as the clouds do not tell when a label was moved. */
const Sighting = z.object({ id: z.string(), since: At });
export type Sighting = z.infer<typeof Sighting>;

/** What the clouds do not remember. When it is lost, every wait begins anew, and nothing else is. */
export const ApiKeyMemory = z.object({
  current: Sighting.nullable(),
  pending: Sighting.nullable(),
  previous: Sighting.nullable(),
  vault: Sighting.nullable(),
  /** The version whose key we have last asked the vault to take: the answer may have been lost. */
  pushAsked: Sighting.nullable(),
  /** The vault's version whose key bunny was seen to use since it is there. */
  used: Sighting.nullable(),
  /** The version that was to be written for a new key, and has no label of the three yet. */
  draft: Sighting.nullable(),
  /** What the vault had when the last new version was begun, which nobody can have been given before that. */
  begun: z.object({ id: z.string(), vault: z.string().nullable() }).nullable().default(null),
  /** The vault shows nothing, and has refused a key all the same, as of a deleted name; `triedAt`: the last time. */
  hidden: z.object({ since: At, triedAt: At }).nullable(),
  /** When we last asked for a label to be moved: a read may be of the time before it. */
  movedAt: At.nullable(),
  /** When a pending key was last given up because relay had not loaded it. */
  givenUpAt: At.nullable(),
  /** Since when not everything could be seen. */
  blindSince: At.nullable(),
});
export type ApiKeyMemory = z.infer<typeof ApiKeyMemory>;

export const NO_KEY_MEMORY: ApiKeyMemory = {
  current: null,
  pending: null,
  previous: null,
  vault: null,
  pushAsked: null,
  used: null,
  draft: null,
  begun: null,
  hidden: null,
  movedAt: null,
  givenUpAt: null,
  blindSince: null,
};
