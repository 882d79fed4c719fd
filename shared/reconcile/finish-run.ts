/** The end of every run: one line that says how much there was, and how much of it a person should look at. */
import type { Clock, Instant } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";

export interface Run {
  readonly startedAt: Instant;
  /** How many of what was looked at, such as `{ tunnels: 2 }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Short sentences. */
  readonly trouble: readonly string[];
}

/** What is said twice is one trouble. */
export function finishRun(
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  { startedAt, counts, trouble }: Run,
): string[] {
  const all = [...new Set(trouble)];
  log.info("run.finished", { ...counts, trouble: all.length, durationSeconds: clock() - startedAt });
  return all;
}
