/**
 * Whether a run may write now: nothing is frozen, there is time left, and the link's lease is held, which is asked for
 * by the first write. A run that writes nothing never holds it.
 */
import type { FreezeStore } from "../freeze/store.ts";
import type { Granted, Held, Lease } from "../lease/lease.ts";
import type { Instant } from "../runtime/instant.ts";

export interface PermitParts {
  readonly lease: Lease;
  readonly freezes: Pick<FreezeStore, "read">;
  /** Of the invocation. */
  readonly holder: string;
  readonly remainingMs: () => number;
  /** What the write after it may take, with every attempt. */
  readonly reserveMs: number;
}

/** Why it may not; null when it may. */
export type Withheld = "no-time-left" | "frozen" | "lease-held" | "lease-lost";

export interface WritePermit {
  /** Throws `CloudError` when that could not be asked. */
  ask(): Promise<Withheld | null>;
  /** Who else has the lease; null when nobody was in the way. */
  heldBy(): { readonly holder: string; readonly until: Instant } | null;
  release(): Promise<void>;
}

export function writePermit({ lease, freezes, holder, remainingMs, reserveMs }: PermitParts): WritePermit {
  let asked: Promise<Granted | Held> | null = null;
  let granted: Granted | null = null;
  let held: Held | null = null;
  const acquire = async () => {
    asked ??= lease.acquire(holder);
    const answer = await asked;
    if ("fence" in answer) granted = answer;
    else held = answer;
    return granted;
  };
  return {
    async ask() {
      if (remainingMs() < reserveMs) return "no-time-left";
      const mine = await acquire();
      if (mine === null) return "lease-held";
      const [isHeld, { frozen }] = await Promise.all([lease.check(mine.fence), freezes.read()]);
      if (frozen) return "frozen";
      return isHeld ? null : "lease-lost";
    },
    heldBy: () => held,
    async release() {
      if (granted !== null) await lease.release(granted.fence);
    },
  };
}
