/**
 * What one function of the link does for both halves in each of its runs: the word about the freeze goes to the hand,
 * and the hand's notes come back.
 */
import type { GroupReport } from "../allowlists/group-report.ts";
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import type { Freeze } from "../freeze/schema.ts";
import { type FreezeSweeper, sweepFreeze } from "../freeze/sweep.ts";
import type { Audit } from "../journal/audit.ts";
import type { Link } from "../link/schema.ts";
import { collectFromHand } from "../notes/collect.ts";
import { recordNotes } from "../notes/record.ts";
import type { HandNote } from "../notes/schema.ts";

export interface HandSweeper extends Omit<FreezeSweeper, "hand"> {
  readonly hand: HandOf<EndpointOf<"notes" | "control">>;
  readonly audit: Pick<Audit, "record">;
  readonly link: Link;
  /**
   * Keeps what the hand has found and done in an allowlist, in place of the note about it; left out where the link has
   * no allowlists any more. Throws `CloudError` when it could not be kept.
   */
  readonly keepReport?: (report: GroupReport, note: HandNote) => Promise<void>;
  readonly remainingMs: () => number;
}

/** One short sentence for each thing that went wrong. */
export async function sweepHand(sweeper: HandSweeper, freeze: Freeze): Promise<readonly string[]> {
  const trouble = await sweepFreeze(sweeper, freeze);
  const { code } = await collectFromHand({ ...sweeper, file: fileOf(sweeper) });
  if (code === null) return trouble;
  return [...trouble, `the notes of Azure's half could not be collected: ${code}`];
}

function fileOf({ audit, link, keepReport }: HandSweeper): (note: HandNote) => Promise<void> {
  const record = recordNotes(audit, link);
  return async (note) => {
    if (note.report === undefined || keepReport === undefined) await record(note);
    else await keepReport(note.report, note);
  };
}
