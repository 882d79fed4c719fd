/**
 * The freeze, as the hand keeps it: a word in its own table, which whoever may freeze the link brings it, and which is
 * read before every change. Whoever cannot read it does not know, and changes nothing.
 */
import * as z from "zod";
import type { Body, Outcome, Refused } from "../azure-api/contract.ts";
import { advanceRow } from "../rows/advance.ts";
import { readText } from "../rows/read-text.ts";
import type { RowKey, Rows } from "../rows/rows.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";

const KEY: RowKey = { partition: "control", name: "freeze" };
/** Between the clocks of two clouds. A word of the far future would let nobody thaw the link until then. */
const AHEAD_MAX_SECONDS = 300;

const Word = z.object({ frozen: z.boolean(), reason: z.string(), at: z.int() });
type Word = z.infer<typeof Word>;

/** Keeps the later of two words. Of two of the same second the one that freezes is kept. */
export async function keepFreeze(
  { rows, clock }: { readonly rows: Rows; readonly clock: Clock },
  { frozen, reason, at }: Body<"control.freeze">,
): Promise<Outcome<"control.freeze">> {
  if (at > clock() + AHEAD_MAX_SECONDS) throw new ContractError("the word is of a time to come");
  const mayReplace = (text: string) => {
    const stored = readText(Word, text);
    return stored === null || at > stored.at || (at === stored.at && frozen);
  };
  const word: Word = { frozen, reason, at };
  if ((await advanceRow(rows, KEY, JSON.stringify(word), mayReplace)) === "written") {
    return { outcome: "kept", frozen };
  }
  return { outcome: "refused", reason: "older-word", detail: "a later word about the freeze was here" };
}

/** Null when changes may be made. Throws a retryable `CloudError` when nobody can tell. */
export async function refuseWhileFrozen(rows: Rows): Promise<Refused | null> {
  const stored = await readWord(rows);
  if (stored === null) return null;
  // A word that cannot be read may well be one that freezes.
  const word = readText(Word, stored);
  if (word?.frozen === false) return null;
  const why = word === null ? "its word about that cannot be read" : word.reason;
  return { outcome: "refused", reason: "frozen", detail: `the link is frozen: ${why}`.slice(0, DETAIL_MAX) };
}
const DETAIL_MAX = 500;

async function readWord(rows: Rows): Promise<string | null> {
  try {
    return (await rows.read(KEY))?.text ?? null;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // Whatever the table's own reason is: the change was not refused, it only was not tried.
    const { provider, operation, code, throttled, cause } = error;
    throw new CloudError({ provider, operation, target: "freeze", code, throttled, cause, retryable: true });
  }
}
