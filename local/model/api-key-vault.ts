/** bunny's vault as far as API keys go: the newest version counts, also when it is disabled; a deleted name is taken. */
import type { VaultKey } from "../../shared/keys/api-key-schema.ts";
import type { Instant } from "../../shared/runtime/instant.ts";

export interface KeyVaultVersion extends VaultKey {
  /** The key that its value is; undefined when it is no key of ours. */
  readonly holds: string | undefined;
}

export class KeyVaultModel {
  versions: KeyVaultVersion[] = [];
  /** Until a person recovers it. */
  deletedUntil: Instant = 0;
  readonly #clock: () => Instant;

  constructor(clock: () => Instant) {
    this.#clock = clock;
  }

  get deleted(): boolean {
    return this.#clock() < this.deletedUntil;
  }

  get newest(): KeyVaultVersion | undefined {
    return this.versions.at(-1);
  }

  read(): VaultKey | null | "deleted" {
    if (this.deleted) return "deleted";
    if (this.newest === undefined) return null;
    const { version, keyId, enabled, createdAt } = this.newest;
    return { version, keyId, enabled, createdAt };
  }

  set(keyId: string, over: string | null): "set" | "elsewhere" | "deleted" {
    if (this.deleted) return "deleted";
    if ((this.newest?.version ?? null) !== over) return "elsewhere";
    this.put(keyId);
    return "set";
  }

  /** Null: a value of a person's own, without a tag. */
  put(keyId: string | null): void {
    const version = String(this.versions.length + 1).padStart(32, "0");
    this.versions.push({
      version,
      keyId,
      enabled: true,
      createdAt: this.#clock(),
      holds: keyId ?? undefined,
    });
  }

  enable(enabled: boolean): void {
    const { newest } = this;
    if (newest !== undefined) this.versions = [...this.versions.slice(0, -1), { ...newest, enabled }];
  }

  /** What a pod is given now; undefined when it is given nothing. */
  get mounted(): string | undefined {
    return this.deleted || this.newest?.enabled !== true ? undefined : this.newest.holds;
  }
}
