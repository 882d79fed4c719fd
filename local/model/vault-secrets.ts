/** Secrets of a vault for tests of the domain: what the port says, without a wire. */
import type { Clock } from "../../shared/runtime/instant.ts";
import type {
  NewVersion,
  SecretVersion,
  UnusableSecret,
  VaultSecrets,
} from "../../shared/vault-secrets/vault-secrets.ts";

interface Stored extends SecretVersion {
  readonly value: NewVersion["value"];
}

export interface ModelVaultSecrets extends VaultSecrets {
  /** In the order in which they were set. */
  values(name: string): readonly string[];
  disable(name: string): void;
  /** Deleted, and its name taken until it is recovered. */
  remove(name: string): void;
  recover(name: string): void;
  /** The name becomes a certificate's. */
  take(name: string): void;
}

export function modelVaultSecrets(clock: Clock): ModelVaultSecrets {
  const stored = new Map<string, Stored[]>();
  const unusable = new Map<string, UnusableSecret>();
  let made = 0;
  const of = (name: string): Stored[] => stored.get(name) ?? [];
  return {
    readNewest: async (name) => unusable.get(name) ?? withoutValue(of(name).at(-1)),
    async readCurrent(name) {
      const newest = of(name).at(-1);
      const why = unusable.get(name);
      if (why === "taken") return why;
      if (newest === undefined || why === "deleted") return null;
      return newest.enabled ? newest : "disabled";
    },
    async set(name, { value, tags, contentType }) {
      const why = unusable.get(name);
      if (why !== undefined) return why;
      made += 1;
      const version = String(made).padStart(32, "0");
      const added: Stored = { version, enabled: true, createdAt: clock(), tags, contentType, value };
      stored.set(name, [...of(name), added]);
      return withoutValue(added) ?? "taken";
    },
    values: (name) => of(name).map(({ value }) => value.unwrap()),
    disable(name) {
      const newest = of(name).at(-1);
      if (newest === undefined) throw new Error(`there is no secret ${name}`);
      stored.set(name, [...of(name).slice(0, -1), { ...newest, enabled: false }]);
    },
    remove: (name) => void unusable.set(name, "deleted"),
    recover: (name) => void unusable.delete(name),
    take: (name) => void unusable.set(name, "taken"),
  };
}

function withoutValue(stored: Stored | undefined): SecretVersion | null {
  if (stored === undefined) return null;
  const { value: _, ...version } = stored;
  return version;
}
