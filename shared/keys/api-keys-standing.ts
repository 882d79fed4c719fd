/**
 * What stands of all API keys of a link, as a port: what is remembered of each, what people asked for, the freeze, and
 * the incidents.
 */
import type { Incident } from "../alerts/incident.ts";
import type { Freeze } from "../freeze/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { ApiKeyMemory } from "./api-key-schema.ts";

export interface KeptKey {
  /** Null when it cannot be read: then it counts as lost. */
  readonly memory: ApiKeyMemory | null;
  /** Before that there is nothing to do. */
  readonly lookAt: Instant;
  /** Counted up by each write. */
  readonly version: number;
}

export interface KeysStanding {
  readonly freeze: Freeze;
  /** When a person asked for a new one, by the key's name. */
  readonly asked: ReadonlyMap<string, Instant>;
  readonly kept: ReadonlyMap<string, KeptKey>;
  /** Of all concerns. */
  readonly incidents: readonly Pick<Incident, "concern" | "state">[];
}

/** Every method throws `CloudError` when the table did not take or give what was asked. */
export interface KeysStandingStore {
  read(): Promise<KeysStanding>;
  /** Null when another run has written since `before` was read (null: nothing stood there); then nothing is kept. */
  keep(name: string, before: KeptKey | null, next: Omit<KeptKey, "version">): Promise<KeptKey | null>;
  /** A person asks for a new one now. */
  ask(name: string, at: Instant, actor: string): Promise<void>;
  /** What was asked for by then is done. */
  settle(name: string, at: Instant): Promise<void>;
}
