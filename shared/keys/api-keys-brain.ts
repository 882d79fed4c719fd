/** What a look at the API keys of a link is given, and what it makes of it for each key. */
import type { FreezeStore } from "../freeze/store.ts";
import type { Lease } from "../lease/lease.ts";
import type { Tell } from "../reconcile/tell-conditions.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { KeyLogSearch, KeyMemoryStore, KeySecret, KeyVault } from "./api-key-ports.ts";
import type { KeyRecorder } from "./api-key-record.ts";
import type { KeyRotation } from "./api-key-rotate.ts";
import type { BunnysKey } from "./api-keys-desired.ts";
import type { KeptKey, KeysStanding, KeysStandingStore } from "./api-keys-standing.ts";

export interface ApiKeysBrain extends KeyRecorder {
  readonly keys: readonly BunnysKey[];
  /** By the link's name of a key. */
  readonly secretOf: (name: string) => KeySecret;
  readonly vaultOf: (name: string) => KeyVault;
  readonly relayLog: KeyLogSearch;
  readonly store: KeysStandingStore;
  readonly lease: Lease;
  readonly freezes: Pick<FreezeStore, "read">;
  readonly tell: Tell;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: KeyRotation["random"];
  /** Of the invocation. */
  readonly remainingMs: () => number;
}

/** What is kept of one key: it changes with each write of the run itself. */
export interface KeptMemory extends KeyMemoryStore {
  kept(): KeptKey | null;
}

/** Whoever remembers something new looks again in the next minute, if it does not say otherwise afterwards. */
export function keptMemory(
  { store, clock }: Pick<ApiKeysBrain, "store" | "clock">,
  name: string,
  { kept }: Pick<KeysStanding, "kept">,
): KeptMemory {
  let last = kept.get(name) ?? null;
  return {
    kept: () => last,
    read: () => Promise.resolve(last?.memory ?? null),
    async write(memory) {
      const written = await store.keep(name, last, { memory, lookAt: clock() });
      if (written === null) return "elsewhere";
      last = written;
      return "kept";
    },
  };
}

export const rotationOf = (
  brain: ApiKeysBrain,
  { desired }: BunnysKey,
  memory: KeyMemoryStore,
  mayWrite: KeyRotation["mayWrite"],
): KeyRotation => ({
  desired,
  secret: brain.secretOf(desired.name),
  vault: brain.vaultOf(desired.name),
  relayLog: brain.relayLog,
  memory,
  clock: brain.clock,
  random: brain.random,
  mayWrite,
});
