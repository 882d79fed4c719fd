/**
 * The notes that the hand leaves of a heal: of what it is about to put right before its first write, and in the place
 * of that, at the end, of what it did. If it dies between, the first is what the brain hears of it.
 */
import { dropNote, leaveNote, type NoteKeeper } from "../notes/hand.ts";
import type { HandNote } from "../notes/schema.ts";
import type { GroupReport } from "./group-report.ts";
import { fitted } from "./report-draft.ts";

export interface Noter {
  readonly keeper: NoteKeeper;
  /** The platform's id of the invocation. */
  readonly invocation: string;
}

/** A note takes more, and so many of them are read at once. */
const NOTED_MAX = 24_000;

/** Null when it is lost. */
export const noteBegun = (noter: Noter, report: GroupReport): Promise<HandNote["id"] | null> =>
  note(noter, "begun", report);

/** `begun`: the note of what was about to be done, if there is one. It stays where this one is lost. */
export async function noteHealed(
  noter: Noter,
  report: GroupReport,
  begun: HandNote["id"] | null,
): Promise<void> {
  const isKept = !isWorthNoting(report) || (await note(noter, "healed", report)) !== null;
  if (begun !== null && isKept) await dropNote(noter.keeper, begun);
}

/** Something was done, or tried; or somebody's change was heard of, which the brain cannot know otherwise. */
const isWorthNoting = ({ opened, closed, failureCount, seen }: GroupReport): boolean =>
  opened + closed + failureCount + seen.length > 0;

const note = ({ keeper, invocation }: Noter, outcome: "begun" | "healed", report: GroupReport) =>
  leaveNote(keeper, {
    act: "allowlists.heal",
    target: report.group,
    outcome,
    report: fitted(report, NOTED_MAX),
    function: invocation,
  });
