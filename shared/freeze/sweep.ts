/**
 * What the sweep does about the freeze: it brings the hand the last word, and keeps the incident. Nothing is done about
 * a thaw that the hand has and that was told.
 *
 * While the link is frozen the hand is told in every run: one that has lost its table must not go on.
 */
import type { HandOf } from "../azure-api/client.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { type Tell, tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { CONCERN, freezeConditions, type HandWord } from "./condition.ts";
import type { Freeze, FreezeWord } from "./schema.ts";
import type { FreezeStore } from "./store.ts";

export interface FreezeSweeper {
  readonly hand: HandOf<"control.freeze">;
  readonly freezes: Pick<FreezeStore, "settle">;
  readonly tell: Tell;
  readonly log: Log;
  readonly clock: Clock;
}

/** A machine whose clock is further behind can sign no call of AWS. */
const SKEW_MAX_SECONDS = 300;

/** One short sentence for each thing that went wrong. */
export async function sweepFreeze(sweeper: FreezeSweeper, freeze: Freeze): Promise<readonly string[]> {
  const { word } = freeze;
  if (word === null || (word !== "unreadable" && word.settled)) return [];
  // What was seen is the word. By the clock, a thaw within the second of a look would be taken for old news, and a slow
  // run that still saw the freeze for the newest; either left the incident open for good, as a settled word is let be.
  // Of what nobody can read, it is a time that the next word comes after, by whoever's clock.
  const observedAt = word === "unreadable" ? sweeper.clock() - SKEW_MAX_SECONDS : word.at;
  // Of what nobody can read, the hand cannot be told.
  const hand = word === "unreadable" ? "unreadable" : await tellHand(sweeper, word);
  const conditions = freezeConditions(freeze, hand);
  const untold = await tellConditions(sweeper, { concern: CONCERN, conditions, observedAt, complete: true });
  const trouble = [...(hand === null ? [] : [sayUntold(hand)]), ...untold];
  if (freeze.frozen || word === "unreadable" || trouble.length > 0) return trouble;
  const settled = await orCloudError(() => sweeper.freezes.settle(word));
  // Then the next run tells it all again, which changes nothing.
  return settled instanceof CloudError
    ? [`that the thaw was told could not be written: ${settled.code}`]
    : [];
}

async function tellHand({ hand, log }: FreezeSweeper, word: FreezeWord): Promise<HandWord> {
  const { frozen, reason, at } = word;
  const answer = await orCloudError(() => hand("control.freeze", { frozen, reason, at }));
  const code = codeOf(answer);
  if (code === null) log.info("freeze.told", { frozen, at });
  else log.error("freeze.untold", { frozen, at, code });
  return code;
}

function codeOf(answer: Awaited<ReturnType<FreezeSweeper["hand"]>> | CloudError): HandWord {
  if (answer instanceof CloudError) return answer.code;
  return answer.outcome === "refused" ? answer.reason : null;
}

const sayUntold = (hand: string): string =>
  hand === "unreadable"
    ? "the word about the freeze cannot be read: say it again (npm run warrener -- freeze, or thaw)"
    : `Azure's half was not told of the freeze: ${hand}`;
