/**
 * The limits of a vault, over a sliding window. They are Key Vault's published ones for software keys; "failed
 * requests that return a 429 do not count towards the throttle limits"
 * (https://learn.microsoft.com/azure/key-vault/general/service-limits and …/overview-throttling).
 */
import { VaultRefusal } from "./operations.ts";

const WINDOW_MS = 10_000;
/** Creating a certificate counts as creating a key. */
const KEY_CREATIONS_MAX = 20;
const TRANSACTIONS_MAX = 4_000;

export interface Throttle {
  /** Throws when the vault has had enough; otherwise the request counts. */
  admit(request: { readonly createsKey: boolean; readonly nowMs: number }): void;
}

export function createThrottle(): Throttle {
  const transactions: number[] = [];
  const creations: number[] = [];
  return {
    admit({ createsKey, nowMs }) {
      forget(transactions, nowMs);
      forget(creations, nowMs);
      const tooMany =
        transactions.length >= TRANSACTIONS_MAX || (createsKey && creations.length >= KEY_CREATIONS_MAX);
      if (tooMany) throw throttled();
      transactions.push(nowMs);
      if (createsKey) creations.push(nowMs);
    },
  };
}

/** A recorded 429 has no Retry-After: clients back off by their own measure, and some do not retry at all. */
export function throttled(): VaultRefusal {
  const message =
    "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
  return new VaultRefusal(429, "Throttled", message);
}

function forget(times: number[], nowMs: number): void {
  const firstKept = times.findIndex((time) => time > nowMs - WINDOW_MS);
  times.splice(0, firstKept === -1 ? times.length : firstKept);
}
