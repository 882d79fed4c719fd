/**
 * Reads relay's log on from where the last look came to, slice by slice. What a run has read to its end is never read
 * again, so that however long a log is, some run comes to its end.
 */
import { UNFINISHED } from "../certificates/aws-log-search.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { TrustMemory } from "./memory.ts";
import type { Publisher } from "./publisher.ts";
import type { HeardWord } from "./words.ts";

/** Of a busy log this is read in some calls, and of a quiet one a day is read in a run or two. */
const SLICE_SECONDS = 300;
/** Where even so little is too much, somebody floods the log. */
const SLICE_MIN_SECONDS = 15;
/** Each attempt at too much costs as many calls as a search may take. */
const SHRINK = 4;
/** More than what is published and told afterwards takes. */
const REST_MS = 75_000;

export interface Heard {
  readonly words: readonly HeardWord[];
  /** Up to then the log was read; null when it never was. */
  readonly until: Instant | null;
  /** Why not up to now. */
  readonly failure: CloudError | null;
}

/** Only what is new, and what may have come late; without a memory, of as long ago as anybody is waited for. */
export async function readWords(
  publisher: Pick<Publisher, "words" | "trust" | "remainingMs">,
  { heardUntil }: Pick<TrustMemory, "heardUntil">,
  now: Instant,
): Promise<Heard> {
  const { words, trust, remainingMs } = publisher;
  const { missedSeconds, lateSeconds } = trust.timing;
  const first = now - missedSeconds;
  const goOn = () => remainingMs() > REST_MS;
  const heard: HeardWord[] = [];
  let from = heardUntil === null ? first : Math.max(first, heardUntil - lateSeconds);
  let until = heardUntil;
  for (let slice = SLICE_SECONDS; ; ) {
    const end = from + slice < now ? from + slice : undefined;
    const found = await orCloudError(() => words.read(from, end, goOn));
    if (found instanceof CloudError) {
      if (found.code !== UNFINISHED || !goOn() || slice / SHRINK < SLICE_MIN_SECONDS)
        return { words: heard, until, failure: found };
      slice = Math.floor(slice / SHRINK);
      continue;
    }
    heard.push(...found);
    if (end === undefined) return { words: heard, until: now, failure: null };
    // What was heard before is not forgotten by reading what may have come late once more.
    until = Math.max(end, until ?? end);
    from = end;
  }
}
