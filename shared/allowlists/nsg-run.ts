/** A run over one NSG: what it works with, and what came of it (nsg-apply.ts). */
import type { Clock, Instant } from "../runtime/instant.ts";
import type { NetworkSecurityGroups, NsgId } from "./network-security-groups.ts";
import type { NsgChange } from "./nsg-draft.ts";
import type { NsgDrift } from "./nsg-drift.ts";
import type { NsgPlan } from "./nsg-plan.ts";
import type { NsgRule } from "./nsg-rule.ts";

export interface NsgWork {
  readonly id: NsgId;
  readonly groups: NetworkSecurityGroups;
  /** `stuck`: those of the untouchable that were refused, or put back by somebody. */
  readonly plan: (
    rules: readonly NsgRule[] | null,
    untouchable: ReadonlySet<string>,
    stuck: ReadonlySet<string>,
  ) => NsgPlan;
  /** Asked before each write. Throws `CloudError` when nobody can tell. */
  readonly mayWrite: () => Promise<boolean>;
  readonly clock: Clock;
  readonly remainingMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** A write, and the rule that it was done to; null when there was none of that name. */
export interface NsgWrite {
  readonly change: NsgChange;
  readonly before: NsgRule | null;
}
export interface NsgFailure extends NsgWrite {
  readonly code: string;
  readonly isLasting: boolean;
}

export interface NsgRun {
  /** When it was first read. */
  readonly at: Instant;
  /** Each difference that it was ever read with, once. */
  readonly drift: readonly NsgDrift[];
  /** As it was read last, and what is left to be done. */
  readonly rules: readonly NsgRule[] | null;
  readonly plan: NsgPlan;
  readonly done: readonly NsgWrite[];
  /** The last of those, when nobody could look after it. */
  readonly unseen: NsgWrite | null;
  readonly failures: readonly NsgFailure[];
  /** More is left than this run could do. */
  readonly isMore: boolean;
  /** Somebody has frozen the link meanwhile. */
  readonly isFrozen: boolean;
}
