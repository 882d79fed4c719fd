/**
 * Writes a row that only ever goes forward: two writers at once, in any order, leave the later word. What makes a word
 * later is the caller's to say.
 */
import { CloudError } from "../runtime/errors.ts";
import type { RowKey, Rows } from "./rows.ts";

/** Each time another writer was faster, and there are few of them. */
const ATTEMPTS_MAX = 5;

/** "older": what stands there stays, for `mayReplace` says so of its text. */
export async function advanceRow(
  rows: Rows,
  key: RowKey,
  text: string,
  mayReplace: (stored: string) => boolean,
): Promise<"written" | "older"> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const stored = await rows.read(key);
    if (stored === null) {
      if ((await rows.insert(key, text)) === "inserted") return "written";
      continue;
    }
    if (stored.text === text) return "written";
    if (!mayReplace(stored.text)) return "older";
    if ((await rows.replace(key, text, stored.version)) === "replaced") return "written";
  }
  const [operation, target] = ["UpdateEntity", key.name];
  throw new CloudError({ provider: "azure", operation, target, code: "contended", retryable: true });
}
