/**
 * What a rotation of pre-shared keys needs of both clouds, as ports. Every method throws `CloudError` when the cloud did
 * not say; `null` and the literals below are facts.
 */
import type { LabelledVersion, StagedSecret } from "../certificates/staged-secret.ts";
import type { Secret } from "../runtime/secret.ts";
import type { CannotTell, DesiredTunnel, Memory as TunnelsMemory } from "../tunnels/schema.ts";
import type { PreSharedMemory } from "./pre-shared-schema.ts";
import type { OpenIncident } from "./pre-shared-view.ts";

/** The secret of one tunnel. A version is written once and never changed. */
export interface TunnelSecret extends Pick<StagedSecret, "write" | "move"> {
  readLabels(): Promise<Labels | "deleted">;
}

export interface Labels {
  readonly current: LabelledVersion | null;
  readonly pending: LabelledVersion | null;
}

export interface AwsKeys {
  /** The key of AWS's end, by tunnel, in as few calls as the storage mode takes. */
  read(tunnels: readonly DesiredTunnel[]): Promise<ReadonlyMap<string, Secret | CannotTell>>;
  /** Begins the replacement of the tunnel's endpoint by one with this key; the tunnel is down until it is over. */
  set(tunnel: DesiredTunnel, key: Secret): Promise<"begun" | { readonly refused: string }>;
}

/** By way of the hand, which alone reads what Azure has. */
export interface AzureKeys {
  /** The fingerprint of the key that Azure's end has, by tunnel; null when it has none. */
  read(names: readonly string[], salt: Secret): Promise<ReadonlyMap<string, string | null | CannotTell>>;
  /** Begins the change and does not wait for its end. Refused when the end has another key than `over` by now. */
  set(order: AzureOrder): Promise<"begun" | { readonly refused: string }>;
}

export interface AzureOrder {
  readonly tunnel: DesiredTunnel;
  readonly key: Secret;
  /** The fingerprint of what was observed there; null: it had none. */
  readonly over: string | null;
  readonly salt: Secret;
  readonly fence: number;
}

/** What else a plan looks at, in one reading. */
export interface Standing {
  /** Null when something stands there that cannot be read. */
  readonly memory: PreSharedMemory | null;
  readonly tunnelsMemory: TunnelsMemory | null;
  readonly incidents: readonly OpenIncident[];
  readonly frozen: boolean;
  readonly askedFor: ReadonlyMap<string, number>;
}

export type PlannedWork = Pick<NonNullable<TunnelsMemory["work"]>, "tunnel" | "startedAt" | "dueAt">;

export interface PreSharedStore {
  read(): Promise<Standing>;
  /** Null when another run has written since this one read: then nothing is written. */
  write(memory: PreSharedMemory): Promise<PreSharedMemory | null>;
  /**
   * Writes planned work into what the tunnels concern remembers, in the place of none or of other planned work, or takes
   * it away. False when a repair is under way there, or another run has written meanwhile.
   */
  announce(work: PlannedWork | null): Promise<boolean>;
}
