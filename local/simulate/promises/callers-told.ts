/**
 * Of promise 5: what is told of refused callers has happened, and goes on until it is said to be over; bunny's own are told
 * with the cause that they really have. It is asked whenever an incident of theirs changes.
 */
import type { Incident } from "../../../shared/alerts/incident.ts";
import {
  CLASS_OF,
  callerOf,
  countSources,
  isGiven,
  isOwn,
  isStrangers,
  isTakenBefore,
  LIMITS,
  linesSince,
  mostWithin,
  SKEW_SECONDS,
} from "../callers-truth.ts";
import type { SaidLine } from "../clouds/relay-log.ts";
import { CERTIFICATE } from "../link.ts";
import type { Run } from "../runs.ts";
import type { World } from "../world.ts";
import type { ProductPromise } from "./promise.ts";

const DAY = 86_400;
/** By so much a window may be longer than it says: it slides by slots. */
const SLIDES_SECONDS = 60;
const WINDOW_SECONDS = LIMITS.windowSeconds + SLIDES_SECONDS;
/** What was in a window so long ago may still stand. */
const STANDS_SECONDS = LIMITS.quietSeconds + WINDOW_SECONDS + LIMITS.lateSeconds;
/** Of very many addresses it is estimated how many they are. */
const SOURCES_MIN = LIMITS.scanSources - 4;
/** As its function is limited (functions/read-auth-failures.ts). */
const RUN_SECONDS = 60;

export const callersTold: ProductPromise = {
  name: "5: what is told of refused callers has happened",
  watch(world) {
    const { incidents } = world;
    let before = new Map<string, Incident>();
    return {
      before: ({ name }) => {
        if (name === "incidents.write") before = new Map(incidents.standing);
      },
      after: ({ name, target, run }) => {
        const key = target.split(" ").slice(1).join(" ");
        if (name !== "incidents.write" || !key.startsWith("auth-")) return null;
        const [was, is] = [before.get(key), incidents.standing.get(key)];
        if (is === undefined || is === was) return null;
        const wasOpen = was?.state === "open" && was.id === is.id;
        if (is.state === "closed") return wasOpen ? goesOn(world, key, run) : null;
        return (wasOpen ? null : unfounded(world, key)) ?? wrongCause(world, is);
      },
    };
  },
};

/** Said to be over while it goes on: of that its run could know. */
function goesOn({ callers: { log, batches }, clock }: World, key: string, run: Run): string | null {
  if (batches.has(run)) return `a batch of lines says that ${key} is over, and knows no other lines`;
  const { endsAtMs } = run;
  const startedAt = Math.floor(endsAtMs / 1_000) - RUN_SECONDS;
  const since = clock.now() - LIMITS.quietSeconds + SKEW_SECONDS + RUN_SECONDS;
  const isIts = isOf(key);
  const known = linesSince(log, since, (line) => isIts(line) && isTakenBefore(startedAt)(line));
  return known.length === 0
    ? null
    : `${key} is said to be over, and ${known.length} of its lines were taken since`;
}

/** Those that keep an incident open; none of what is counted by windows alone. */
function isOf(key: string): (line: SaidLine) => boolean {
  const [kind, ...caller] = key.split(":");
  if (kind === "auth-own") return isOwn;
  if (kind === "auth-failure") return (line) => isStrangers(line) && callerOf(line) === caller.join(":");
  return () => false;
}

function unfounded(world: World, key: string): string | null {
  const { callers, clock } = world;
  const [kind] = key.split(":");
  const now = clock.now();
  const given = (seconds: number, holds: (line: SaidLine) => boolean) =>
    linesSince(callers.log, now - seconds, (line) => isGiven(line) && holds(line));
  const isFounded = () => {
    switch (kind) {
      case "auth-own":
        return given(DAY, isOwn).length > 0;
      case "auth-callers":
        return given(LIMITS.quietSeconds + SKEW_SECONDS, ({ who }) => who !== "stranger").length > 0;
      case "auth-failure":
        return most(given(STANDS_SECONDS, isOf(key))) >= LIMITS.floodCount;
      case "auth-scan":
        return mostWithin(given(STANDS_SECONDS, isStrangers), WINDOW_SECONDS, countSources) >= SOURCES_MIN;
      case "auth-unread":
        return most(given(STANDS_SECONDS, ({ reason }) => reason === "cut-off")) >= LIMITS.unreadCount;
      default:
        return given(DAY, isLateOf).length >= LIMITS.unreadCount;
    }
  };
  return isFounded() ? null : `${key} is told, and that has not happened`;
}

const most = (lines: readonly SaidLine[]): number =>
  mostWithin(lines, WINDOW_SECONDS, ({ length }) => length);

/** Whoever heard of it so late could not count it any more. */
const isLateOf = ({ at, givenAt }: SaidLine): boolean =>
  givenAt !== null && givenAt - at > LIMITS.lateSeconds;

const TITLES: ReadonlyMap<string, string> = new Map([
  ["expired", "its certificate has ended"],
  ["revoked", "its certificate is revoked"],
  ["unknown-ca", "the CA of its certificate is not trusted"],
  ["bad-api-key", "its API key is wrong or missing"],
]);

/** What is told of bunny's own: why relay refused it, and what is behind that. */
function wrongCause(world: World, { key, title, facts }: Incident): string | null {
  if (!key.startsWith("auth-own:")) return null;
  const { callers, clock } = world;
  const lines = linesSince(callers.log, clock.now() - DAY, (line) => isOwn(line) && isGiven(line));
  const words = lines.map(({ reason }) => TITLES.get(CLASS_OF.get(reason) ?? "") ?? "");
  const wanted = words.map((why) => `${CERTIFICATE.identity.commonName} is refused: ${why}`);
  if (!wanted.includes(title)) return `"${title}" is told, and relay has said nothing like it`;
  const cause = String(facts.find(({ label }) => label === "Cause")?.value ?? "");
  const isTrue = lines.some((line) => causesOf(world, line).some((form) => form.test(cause)));
  return isTrue ? null : `"${cause}" is told, which is not why bunny is refused`;
}

/** Long enough for the record of a merge to be written and to be read. */
const RECORDED_SECONDS = 300;

/** What may be told of a line. A newer certificate is known of once its merge is recorded. */
function causesOf({ audit }: World, { reason, serial, at }: SaidLine): RegExp[] {
  if (reason === "api-key-unknown") return [/ comes with no API key that relay knows$/];
  if (reason === "unknown-ca") return [/ relay does not trust$/, /the trust bundle /];
  const merges = audit.changes.filter(({ kind }) => kind === "merge");
  const own = merges.find(({ after }) => after?.["serial"] === serial);
  const newer = merges.filter((change) => own !== undefined && change.at > own.at);
  const isKnown = newer.some((change) => Date.parse(change.at) / 1_000 < at - RECORDED_SECONDS);
  const ended =
    reason === "revoked"
      ? /, which is revoked$/
      : new RegExp(`serial ${serial}, which (ended at|relay says has ended)`);
  if (isKnown) return [/ was merged at /];
  return newer.length > 0 || own === undefined ? [ended, / was merged at /] : [ended];
}
