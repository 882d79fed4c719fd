/** The link's lease, in memory, as its item in the table behaves (shared/lease/aws-lease.ts). */
import { LEASE_SECONDS } from "../../../shared/lease/aws-lease.ts";
import type { Lease } from "../../../shared/lease/lease.ts";
import type { Clock, Instant } from "../../../shared/runtime/instant.ts";
import type { SimulatedCalls } from "../calls.ts";

/** What one call may take, with every attempt. */
const CALL_SECONDS = 60;

export interface ModelLease extends Lease {
  /** As its item stands. */
  readonly stands: { readonly holder: string; readonly fence: number; readonly until: Instant };
}

export function modelLease(calls: SimulatedCalls, clock: Clock): ModelLease {
  let stands: ModelLease["stands"] = { holder: "", fence: 0, until: 0 };
  return {
    get stands() {
      return stands;
    },
    acquire: (holder) =>
      calls.perform("lease.acquire", "lease", () => {
        const now = clock();
        if (stands.until > now) return { holder: stands.holder, until: stands.until };
        stands = { holder, fence: stands.fence + 1, until: now + LEASE_SECONDS };
        return { fence: stands.fence };
      }),
    check: (fence) =>
      calls.perform("lease.check", "lease", () => {
        return stands.fence === fence && stands.until > clock() + CALL_SECONDS;
      }),
    release: (fence) =>
      calls.perform("lease.release", "lease", () => {
        if (stands.fence === fence) stands = { ...stands, until: 0 };
      }),
  };
}
