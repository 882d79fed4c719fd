/**
 * The hand's notes, in its own table: one for each change, kept until the brain says that it has them. They are told
 * at least once. A note that cannot be written never undoes or holds up the change that it is about: the log says so.
 */
import type { Body, Outcome } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { readText } from "../rows/read-text.ts";
import type { Row, Rows } from "../rows/rows.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { HandNote, NOTES_MAX } from "./schema.ts";

const PARTITION = "notes";
/** When nobody collects, so many are kept: what came first says most of how it began. */
export const NOTES_KEPT_MAX = 500;

export interface NoteKeeper {
  readonly rows: Rows;
  readonly clock: Clock;
  readonly log: Log;
  /** Eight random characters, 0-9 and a-f. */
  readonly random: () => string;
}

/** Null when it is lost. */
export async function leaveNote(
  keeper: NoteKeeper,
  given: Omit<HandNote, "id" | "at">,
): Promise<HandNote["id"] | null> {
  const { rows, clock, log, random } = keeper;
  const at = clock();
  const note: HandNote = { ...given, at, id: `${String(at).padStart(12, "0")}-${random()}` };
  const { report: _, ...said } = given;
  const lost = (code: string): null => {
    log.warn("note.lost", { ...said, code });
    return null;
  };
  try {
    if ((await rows.count(PARTITION, NOTES_KEPT_MAX)) >= NOTES_KEPT_MAX) return lost("notes-full");
    // "taken" is this one: a call whose answer was lost is made again.
    await rows.insert({ partition: PARTITION, name: note.id }, JSON.stringify(note));
    return note.id;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return lost(error.code);
  }
}

/** In whose place there is another. One that stays all the same says nothing more than that one. */
export async function dropNote({ rows }: Pick<NoteKeeper, "rows">, id: HandNote["id"]): Promise<void> {
  await orCloudError(() => rows.remove({ partition: PARTITION, name: id }));
}

/** `after: null` begins with the oldest that is left; only whoever does so misses none. */
export async function collectNotes(
  { rows, log }: Pick<NoteKeeper, "rows" | "log">,
  { after }: Body<"notes.collect">,
): Promise<Outcome<"notes.collect">> {
  const found = await rows.list(PARTITION, after, NOTES_MAX);
  const notes = found.flatMap((row) => {
    const note = readNote(row);
    // Of another version of the hand, or nobody's.
    if (note === null) log.warn("note.unreadable", { id: row.name });
    return note === null ? [] : [note];
  });
  return {
    outcome: "collected",
    notes,
    next: found.length < NOTES_MAX ? null : (found.at(-1)?.name ?? null),
  };
}

export async function forgetNotes(
  { rows }: Pick<NoteKeeper, "rows">,
  { ids }: Body<"notes.forget">,
): Promise<Outcome<"notes.forget">> {
  for (const name of ids) await rows.remove({ partition: PARTITION, name });
  return { outcome: "forgotten" };
}

function readNote({ name, text }: Row): HandNote | null {
  const note = readText(HandNote, text);
  return note?.id === name ? note : null;
}
