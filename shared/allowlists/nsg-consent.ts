/** What a person agreed to, and what was wanted last, of each of the hand's groups: one row of its own table each. */
import { readText } from "../rows/read-text.ts";
import { type RowKey, type Rows, TEXT_MAX } from "../rows/rows.ts";
import type { Log } from "../runtime/log.ts";
import { Agreed, NOTHING_AGREED } from "./agreed.ts";

const keyOf = (group: string): RowKey => ({ partition: "allowlists", name: group });

export interface StoredConsent extends Agreed {
  /** Of the row; null: there is none. */
  readonly version: string | null;
}

/**
 * What cannot be read is taken for a group that is met for the first time: nothing in it is touched until somebody
 * accepts it again. Throws `CloudError` when the table did not say.
 */
export async function readConsent(
  { rows, log }: { readonly rows: Rows; readonly log: Log },
  group: string,
): Promise<StoredConsent> {
  const row = await rows.read(keyOf(group));
  if (row === null) return { ...NOTHING_AGREED, version: null };
  const agreed = readText(Agreed, row.text);
  if (agreed === null) log.error("allowlist.consent-unreadable", { group });
  return { ...(agreed ?? NOTHING_AGREED), version: row.version };
}

/** False when somebody else has written it meanwhile. Descriptions are left out: they are no part of a rule's identity. */
export async function writeConsent(
  rows: Rows,
  group: string,
  { accepted, lastApplied, scope, unseenSince }: Agreed,
  version: string | null,
): Promise<boolean> {
  const rules = lastApplied?.map((rule) => ({ ...rule, description: "" })) ?? null;
  const text = JSON.stringify({ lastApplied: rules, accepted, scope, unseenSince });
  // Of more rules than any NSG holds.
  if (text.length > TEXT_MAX) return false;
  if (version === null) return (await rows.insert(keyOf(group), text)) === "inserted";
  return (await rows.replace(keyOf(group), text, version)) === "replaced";
}
