/**
 * Secrets in a bunny's vault, as a port: set by the hand, read by bunny. A version is written once; the newest one is
 * what pods are given, enabled or not.
 *
 * Every method throws `CloudError` when the vault did not say; `null` and the literals below are facts.
 */
import type { Instant } from "../runtime/instant.ts";
import type { Secret } from "../runtime/secret.ts";

export type Tags = Readonly<Record<string, string>>;

/** A version without its value. */
export interface SecretVersion {
  readonly version: string;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly tags: Tags;
  readonly contentType: string | null;
}

export interface CurrentValue {
  readonly version: string;
  readonly createdAt: Instant;
  readonly value: Secret;
}

export interface NewVersion {
  readonly value: Secret;
  readonly tags: Tags;
  readonly contentType: string;
}

/** `deleted`: it can be recovered, and keeps its name until then. `taken`: by a certificate, whose secret it is. */
export type UnusableSecret = "deleted" | "taken";

export interface VaultSecrets {
  /**
   * The newest version; null when there is none. Where the vault lets nobody see what is deleted, a deleted one is
   * taken for none: `set` tells.
   */
  readNewest(name: string): Promise<SecretVersion | null | UnusableSecret>;
  /**
   * For a secret whose value the hand may read: what pods are given, as the vault itself chooses it. A deleted one is
   * none.
   */
  readCurrent(name: string): Promise<CurrentValue | null | "disabled" | "taken">;
  /** Adds a version over whatever is there: `setSecretOver` compares first. */
  set(name: string, version: NewVersion): Promise<SecretVersion | UnusableSecret>;
}
