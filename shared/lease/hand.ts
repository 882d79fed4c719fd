/**
 * The lease, as the hand sees it: the highest number that ever came to it. Whoever comes with a lower one was held up
 * for longer than the lease lasts, and another one is at work.
 */
import { advanceRow } from "../rows/advance.ts";
import type { RowKey, Rows } from "../rows/rows.ts";

const KEY: RowKey = { partition: "control", name: "fence" };

/** False when a higher one was here. Throws `CloudError` when nobody can tell. */
export async function raiseFence(rows: Rows, fence: number): Promise<boolean> {
  const mayReplace = (stored: string) => !/^\d{1,15}$/.test(stored) || Number(stored) < fence;
  return (await advanceRow(rows, KEY, String(fence), mayReplace)) === "written";
}
