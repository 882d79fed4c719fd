/**
 * Collects the hand's notes: each is filed, told in the log, and only then forgotten by the hand. So none is lost, and
 * one that comes twice has one id.
 */
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Log } from "../runtime/log.ts";
import type { HandNote } from "./schema.ts";

export interface NoteCollector {
  readonly hand: HandOf<EndpointOf<"notes">>;
  /** Throws `CloudError` when the note could not be written down. */
  readonly file: (note: HandNote) => Promise<void>;
  readonly log: Log;
  readonly remainingMs: () => number;
}

export interface Collected {
  readonly told: number;
  /** Why the rest is left to the next run; null when nothing is, or only the time or the number of them. */
  readonly code: string | null;
}

/** A run's share: the hand keeps ten pages (shared/notes/hand.ts). */
const PAGES_MAX = 4;
/** A call of the hand, a page of writes, and another call. */
const RESERVE_MS = 65_000;

/** Never throws for a cloud's failure. */
export async function collectFromHand(collector: NoteCollector): Promise<Collected> {
  const { log, remainingMs } = collector;
  let after: string | null = null;
  let told = 0;
  for (let pages = 0; pages < PAGES_MAX && remainingMs() >= RESERVE_MS; pages += 1) {
    const page: Page | CloudError = await orCloudError(() => collectPage(collector, after));
    const code = page instanceof CloudError ? page.code : page.refused;
    if (page instanceof CloudError || code !== null) {
      log.error("notes.uncollected", { code, told });
      return { told, code };
    }
    told += page.told;
    if (page.next === null) break;
    after = page.next;
  }
  return { told, code: null };
}

interface Page {
  readonly told: number;
  readonly next: string | null;
  readonly refused: string | null;
}

async function collectPage({ hand, file, log }: NoteCollector, after: string | null): Promise<Page> {
  const answer = await hand("notes.collect", { after });
  if (answer.outcome === "refused") return { told: 0, next: null, refused: answer.reason };
  const { notes, next } = answer;
  if (notes.length === 0) return { told: 0, next, refused: null };
  for (const note of notes) {
    await file(note);
    const { report: _, ...said } = note;
    // Of this one nobody knows whether anything was changed: a person may want to look.
    log[note.outcome === "unknown" ? "warn" : "info"]("note.collected", said);
  }
  const forgotten = await hand("notes.forget", { ids: notes.map(({ id }) => id) });
  if (forgotten.outcome === "refused") return { told: 0, next, refused: forgotten.reason };
  return { told: notes.length, next, refused: null };
}
