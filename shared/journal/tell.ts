/**
 * Tells every change of the outbox on the link's bus and files it, those of runs that died before among them. What
 * could not be told stays for the next run: it is a trouble of its own, and never one of a certificate.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { Audit, Outbox } from "./audit.ts";
import type { Bus } from "./bus.ts";
import type { ChangeRecord } from "./change.ts";

export interface Teller {
  readonly audit: Audit;
  readonly bus: Bus;
  readonly log: Log;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

/** Changes that wait to be told, and why they do. */
export interface Untold {
  readonly code: string;
  /** When the oldest of them was made; null when the outbox could not be read. */
  readonly oldestAt: string | null;
  /** It has gone on for so long that a person should look. */
  readonly late: boolean;
}

/** A page starts only with time for a call that fails slowly (15 s for AWS with every attempt), and the report. */
const PAGE_RESERVE_MS = 20_000;
const LATE_SECONDS = 3_600;

/** Null when nothing waits any more. Never throws for a cloud's failure. */
export async function tellChanges(teller: Teller): Promise<Untold | null> {
  const progress: Progress = { told: 0, waiting: [] };
  const code = await tellAll(teller, progress);
  if (progress.told > 0) teller.log.info("changes.told", { count: progress.told });
  if (code === null) return null;
  const oldestAt = progress.waiting.toSorted()[0] ?? null;
  const late = oldestAt !== null && Date.parse(oldestAt) / 1_000 < teller.clock() - LATE_SECONDS;
  const untold = { code, oldestAt, late };
  teller.log[late ? "error" : "warn"]("changes.untold", untold);
  return untold;
}

interface Progress {
  told: number;
  /** When each of those was made that wait, as far as they were read. */
  readonly waiting: string[];
}

/** Null at the outbox's end; else the first code for which something waits. */
async function tellAll(teller: Teller, progress: Progress): Promise<string | null> {
  let after: string | null = null;
  let code: string | null = null;
  do {
    if (teller.remainingMs() < PAGE_RESERVE_MS) return code ?? "no-time-left";
    const start: string | null = after;
    const page: Outbox | string = await codeOr(() => teller.audit.readOutbox(start));
    if (typeof page === "string") return page;
    progress.waiting.push(...page.unreadable);
    if (page.unreadable.length > 0) code ??= "unreadable-item";
    const failed = await tellPage(teller, page.changes, progress);
    if (failed !== null) return failed;
    after = page.next;
  } while (after !== null);
  return code;
}

async function tellPage(
  { audit, bus }: Teller,
  changes: readonly ChangeRecord[],
  progress: Progress,
): Promise<string | null> {
  if (changes.length === 0) return null;
  const { ids, code } = await bus.tell(changes);
  const told = changes.filter(({ id }) => ids.has(id));
  const notFiled = told.length === 0 ? null : await codeOr(() => audit.file(told));
  const waiting = typeof notFiled === "string" ? changes : changes.filter(({ id }) => !ids.has(id));
  progress.waiting.push(...waiting.map(({ at }) => at));
  progress.told += told.length;
  return typeof notFiled === "string" ? notFiled : code;
}

async function codeOr<T>(run: () => Promise<T>): Promise<T | string> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CloudError) return error.code;
    throw error;
  }
}
