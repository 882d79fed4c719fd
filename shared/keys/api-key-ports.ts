/**
 * What a rotation of an API key needs of both clouds, as ports. Every method throws `CloudError` when the cloud did not
 * say; `null` and the literals below are facts.
 */
import type { Secret } from "../runtime/secret.ts";
import type { ApiKeyMemory, KeyLabels, KeyLog, VaultKey } from "./api-key-schema.ts";
import type { ApiKey } from "./api-key-value.ts";

export type KeyLabel = "AWSCURRENT" | "AWSPENDING" | "AWSPREVIOUS";

/** The secret in AWS. A version is written once and never changed. */
export interface KeySecret {
  /** All labels of one reading, which may be of some seconds ago. */
  readLabels(): Promise<KeyLabels | "deleted">;
  /** Null when there is no such version (any more), or it is none of ours. */
  readKey(versionId: string): Promise<ApiKey | null>;
  /** With a label that means nothing, as one without any would become the current version. */
  write(versionId: string, value: Secret): Promise<void>;
  /**
   * Moves a label from the version that was observed to have it (null: none had) to another one, or takes it off
   * (null). "elsewhere" when it was not there any more, or what it should go to is gone; then nothing was moved.
   */
  move(label: KeyLabel, from: string | null, to: string | null): Promise<"moved" | "elsewhere">;
}

/** The secret in bunny's vault, by way of the hand, which cannot read it. */
export interface KeyVault {
  readKey(): Promise<VaultKey | null | "deleted">;
  /** "elsewhere" when its newest version is not `over` any more; then nothing was set. */
  setKey(key: ApiKey, over: string | null): Promise<"set" | "elsewhere" | "deleted">;
}

/** relay's log. */
export interface KeyLogSearch {
  /** Replicas of the last five minutes, uses of the last so many seconds. */
  read(usesSeconds: number): Promise<KeyLog>;
}

export interface KeyMemoryStore {
  read(): Promise<ApiKeyMemory | null>;
  /** "elsewhere" when another run has written since this one read; then nothing was kept. */
  write(memory: ApiKeyMemory): Promise<"kept" | "elsewhere">;
}
