/** What each replica said last, from one look at relay's log to the next. Pure. */
import * as z from "zod";
import { InstantSchema, Serial } from "../certificates/schema.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { isLater } from "./acknowledge.ts";
import { UNNAMED, type Word } from "./state.ts";

/** relay's also say which certificates they have loaded: the one that is served first. */
export const HeardWord = z.object({
  party: z.string(),
  replica: z.string(),
  version: z.string(),
  at: InstantSchema,
  /** What was remembered without them is read in the log again, with them. */
  ms: z.int().nonnegative().max(999).default(0),
  serials: z.array(Serial),
});
export type HeardWord = z.infer<typeof HeardWord>;

/** What fits into an item of DynamoDB three times over; with more replicas in a day, nobody can tell who is there. */
export const WORDS_MAX = 1_000;

/**
 * The last word of each replica, as of as long ago as `missedSeconds`, in a fixed order.
 */
export function lastWords(
  before: readonly HeardWord[],
  heard: readonly HeardWord[],
  missedSeconds: number,
  now: Instant,
): HeardWord[] {
  const last = new Map<string, HeardWord>();
  for (const word of [...before, ...heard]) {
    // Of those without a name each version may be another replica's.
    const key = `${word.party} ${word.replica} ${word.replica === UNNAMED ? word.version : ""}`;
    const known = last.get(key);
    if (word.at >= now - missedSeconds && (known === undefined || isLater(word, known))) last.set(key, word);
  }
  return [...last.values()].toSorted(
    (one, other) =>
      compareText(one.party, other.party) ||
      compareText(one.replica, other.replica) ||
      compareText(one.version, other.version),
  );
}

export const toWords = (words: readonly HeardWord[]): Word[] =>
  words.map(({ party, replica, version, at, ms }) => ({ party, replica, version, at, ms }));

/** The serials that a party's replicas serve which were heard lately; each once. */
export function servedSerials(words: readonly HeardWord[], party: string, since: Instant): Serial[] {
  const served = words.flatMap((word) =>
    word.party === party && word.at >= since ? word.serials.slice(0, 1) : [],
  );
  return [...new Set(served)].toSorted(compareText);
}
