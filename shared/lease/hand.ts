/**
 * The lease, as the hand sees it: the highest number that ever came to it. Whoever comes with a lower one was held up
 * for longer than the lease lasts, and another one is at work.
 */
import type { RefusalReason } from "../azure-api/refusal.ts";
import { advanceRow } from "../rows/advance.ts";
import type { RowKey, Rows } from "../rows/rows.ts";

const KEY: RowKey = { partition: "control", name: "fence" };
/**
 * The lease's number goes up by one with each run that changes something, and few of those come to the hand: so far it
 * may have gone meanwhile, in years. Without a bound one call could write down a number that none is above, ever.
 */
const AHEAD_MAX = 1_000_000;

/** Null: the number is the highest now. Otherwise nothing may be done under it. Throws `CloudError` when nobody can tell. */
export async function raiseFence(
  rows: Rows,
  fence: number,
): Promise<{ readonly reason: RefusalReason; readonly detail: string } | null> {
  let isFarAhead = false;
  const raised = await advanceRow(rows, KEY, String(fence), (stored) => {
    const highest = /^\d{1,15}$/.test(stored) ? Number(stored) : null;
    isFarAhead = highest !== null && fence > highest + AHEAD_MAX;
    return !isFarAhead && (highest === null || highest < fence);
  });
  if (raised === "written") return null;
  return isFarAhead
    ? {
        reason: "lease-far-ahead",
        detail: `the lease's number is over ${AHEAD_MAX} above the highest so far`,
      }
    : { reason: "lease-lost", detail: "a later holder of the lease was here" };
}
