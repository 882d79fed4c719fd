/**
 * Tells one incident: claims it, so that nobody else tells of it meanwhile, takes step after step, and notes each. A
 * claim that its holder does not give back says that something may have been sent which nobody noted: after its end,
 * the next attempt looks for that first.
 */
import { CloudError, ConfigError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import type { Incident, Telling } from "./incident.ts";
import { CALL_MAX_SECONDS, type Messenger } from "./messenger.ts";
import { doubtsOf, planTelling, type TellingStep } from "./plan-telling.ts";
import type { IncidentStore } from "./store.ts";
import { isSameMessage, type Progress, takeStep } from "./telling-step.ts";

/** No call starts that may still be under way at its end. */
export const CLAIM_SECONDS = 120;
/** What was sent without an answer shows in the channel by then, if it came: from then on, looking tells. */
export const DOUBT_SECONDS = 5;
/** What was sent anew without an answer is not sent once more soon: each time, twice as long later. */
const UNSEARCHED_SECONDS = 300;
const UNSEARCHED_MAX_SECONDS = 3_600;
/** A channel takes one message a second: a long history is told in several runs. */
const STEPS_MAX = 40;
/** For noting what was told, with every attempt. */
const NOTE_SECONDS = 15;

export type UntoldReason =
  /** Somebody else is telling of it, or was and did not say what became of it. */
  | "claimed-by-another"
  | "rate-limited"
  /** No answer, or that of a server that failed: what was sent may stand there or not. */
  | "outcome-unknown"
  /** Nothing was sent: the messenger does not take this message. */
  | "refused"
  /** Nothing was sent, and nothing will be. */
  | "wrong-token-or-channel"
  /** The table did not give a claim, or did not take what was told. */
  | "table-failed"
  | "no-time-left"
  /** It has a long history, of which the next run tells the rest. */
  | "unfinished"
  | "fault";

export interface Untold {
  readonly reason: UntoldReason;
  /** A cloud's code, or a sentence of our own. */
  readonly detail: string;
  /** Of a rate limit, when it was said. */
  readonly retryAfterSeconds?: number | undefined;
}

/** How much of an incident is told: its message alone, or its thread with it. */
export type Extent = "message" | "all";

export interface TellOptions {
  readonly store: IncidentStore;
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Log;
  /** What is left of this invocation. */
  readonly remainingMs: () => number;
  /** A name for each attempt that no other one has. */
  readonly newAttempt: () => string;
}

/** Null when all of it is told; what is left of it after the message alone is "unfinished". */
export async function tellIncident(
  options: TellOptions,
  read: Incident,
  extent: Extent = "all",
): Promise<Untold | null> {
  const now = options.clock();
  if (read.telling !== null && read.telling.until >= now) return untold("claimed-by-another");
  const telling = { ...read.telling, attempt: options.newAttempt(), until: now + CLAIM_SECONDS };
  try {
    const incident = await options.store.claim(read, telling);
    if (incident === null) return untold("claimed-by-another");
    const doubts = doubtsOf(incident, options.messenger.channel, read.telling !== null);
    const start = { incident, doubts, isUnsearched: false };
    // A claim that says what its holder did not say of the thread must not be given back before that is known.
    return await tellClaimed(options, telling, start, doubts.notes ? "all" : extent);
  } catch (error) {
    const known = untoldFor(error);
    if (known !== null) return known;
    const message = error instanceof Error ? error.message : "not an error";
    options.log.error("incident.fault", { incident: read.key, message });
    return untold("fault");
  }
}

async function tellClaimed(
  options: TellOptions,
  telling: Telling,
  start: Progress,
  extent: Extent,
): Promise<Untold | null> {
  const { messenger, store } = options;
  let progress = start;
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const step = nextStep(messenger, progress);
    if (step === null || (extent === "message" && isOfThread(step))) break;
    if (!hasTime(options, telling.until)) return await giveBack(options, progress, untold("no-time-left"));
    const taken = await attemptStep(messenger, progress, step);
    if ("reason" in taken) {
      const isUnknown = taken.reason === "outcome-unknown" && isSend(step);
      if (isUnknown) await standInDoubt(options, progress);
      return isUnknown ? taken : await giveBack(options, progress, taken);
    }
    const isLast = nextStep(messenger, taken) === null;
    const isNews = taken.incident !== progress.incident;
    progress = taken;
    if (isNews && !(await store.noteTold(taken.incident, taken.incident.told, isLast)))
      return await loseClaim(options, progress, step);
    if (isNews && isLast) return null;
  }
  const rest = nextStep(messenger, progress);
  return await giveBack(options, progress, rest === null ? null : untold("unfinished"));
}

const nextStep = (messenger: Messenger, { incident, doubts }: Progress) =>
  planTelling(incident, messenger.channel, doubts);

/** Only of these may there be one too many. */
const isSend = ({ kind }: TellingStep): boolean => kind === "post" || kind === "reply";

const isOfThread = ({ kind }: TellingStep): boolean => kind === "search-notes" || kind === "reply";

/** The claim stays, so that whoever is next looks first; but no longer than until looking tells. */
async function standInDoubt({ store, clock }: TellOptions, progress: Progress): Promise<void> {
  const { telling } = progress.incident;
  if (telling === null) return;
  const unsearched = (telling.unsearched ?? 0) + (progress.isUnsearched ? 1 : 0);
  const seconds = progress.isUnsearched ? unsearchedSeconds(unsearched) : DOUBT_SECONDS;
  const doubt = { ...telling, until: clock() + seconds };
  await store.claim(progress.incident, unsearched === 0 ? doubt : { ...doubt, unsearched });
}

/** Nobody may look whether the last one came: the next would be one more that people see. */
const unsearchedSeconds = (times: number): number =>
  Math.min(UNSEARCHED_SECONDS * 2 ** (times - 1), UNSEARCHED_MAX_SECONDS);

export const hasTimeFor = ({ remainingMs }: Pick<TellOptions, "remainingMs">, waitMs: number): boolean =>
  remainingMs() - waitMs >= (CALL_MAX_SECONDS + NOTE_SECONDS) * 1_000;

const hasTime = ({ clock, remainingMs }: TellOptions, until: number): boolean =>
  clock() + CALL_MAX_SECONDS <= until && hasTimeFor({ remainingMs }, 0);

async function attemptStep(
  messenger: Messenger,
  progress: Progress,
  step: TellingStep,
): Promise<Progress | Untold> {
  try {
    return await takeStep(messenger, progress, step);
  } catch (error) {
    const known = untoldFor(error);
    if (known === null) throw error;
    return known;
  }
}

/** Null for a fault of ours. */
function untoldFor(error: unknown): Untold | null {
  // Its text is our own, and says what to do.
  if (error instanceof ConfigError) return untold("wrong-token-or-channel", error.message);
  if (!(error instanceof CloudError)) return null;
  if (error.provider !== "slack") return untold("table-failed", error.code);
  if (error.throttled) {
    const { code, retryAfterSeconds } = error;
    return {
      ...untold("rate-limited", code),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  }
  return untold(error.retryable ? "outcome-unknown" : "refused", error.code);
}

/** Unless somebody else's sending is still in doubt: then the claim stands, and says so. */
async function giveBack<T>({ store }: TellOptions, progress: Progress, result: T): Promise<T> {
  const { incident, doubts } = progress;
  const isInDoubt = doubts.notes || (doubts.message && incident.told === null);
  const isDone = result === null;
  if (isDone || !isInDoubt) await store.noteTold(incident, incident.told, true);
  return result;
}

/** A call took longer than any may, and somebody else went on meanwhile. What we sent is one too many. */
async function loseClaim(
  { store, messenger, log }: TellOptions,
  { incident }: Progress,
  step: TellingStep,
): Promise<Untold> {
  const { key, id, told } = incident;
  log.warn("incident.claim-lost", { incident: key, id, step: step.kind });
  if (step.kind === "post" && told !== null) {
    const { incidents } = await store.readIncidents();
    const stands = incidents.find((other) => other.id === id)?.told ?? null;
    if (stands !== null && !isSameMessage(stands, told)) await messenger.withdraw(told, incident);
  }
  return untold("claimed-by-another");
}

const untold = (reason: UntoldReason, detail: string = reason): Untold => ({ reason, detail });
