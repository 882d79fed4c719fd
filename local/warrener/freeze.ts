/**
 * `npm run warrener -- freeze` and `thaw`: a person's word on whether anything may be changed in the clouds. The word
 * comes first and its record second: whoever freezes the link is in a hurry.
 */
import * as z from "zod";
import { type Freeze, type FreezeWord, REASON_MAX } from "../../shared/freeze/schema.ts";
import type { FreezeStore } from "../../shared/freeze/store.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import { changeId, type Facts } from "../../shared/journal/change.ts";
import { formatDuration } from "../../shared/link/duration.ts";
import { linkDigest } from "../../shared/link/load.ts";
import type { Link } from "../../shared/link/schema.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { type Moment, sayInstantAndDistance } from "./times.ts";

const WHY = `write --reason and why, in at most ${REASON_MAX} characters`;
export const FreezeReason = z
  .string({ error: WHY })
  .trim()
  .min(1, { error: WHY })
  .max(REASON_MAX, { error: WHY });

export interface FreezeParts {
  readonly link: Link;
  readonly freezes: Pick<FreezeStore, "read" | "say">;
  readonly audit: Pick<Audit, "record">;
  /** The ARN of whoever says it. */
  readonly person: string;
  readonly now: Instant;
}

export interface FreezeAnswer {
  readonly word: FreezeWord;
  /** For the person. */
  readonly lines: readonly string[];
}

/** `reason` freezes the link; without one, it is thawed. Throws `ConfigError` when another word came in between. */
export async function sayWord(parts: FreezeParts, reason: string | null): Promise<FreezeAnswer> {
  const { freezes, person, now, link } = parts;
  const before = await freezes.read();
  const last = before.word === null || before.word === "unreadable" ? 0 : before.word.at;
  const at = Math.max(now, last + 1);
  const word = { frozen: reason !== null, reason: reason ?? "", by: person, at, settled: false };
  if (!(await freezes.say(word)))
    throw new ConfigError(
      "somebody else has frozen or thawed the link at this moment: look at `status`, and say it again",
    );
  await record(parts, before, word);
  return { word, lines: reason === null ? sayThawed(link, before) : sayFroze(link) };
}

async function record({ link, audit, person }: FreezeParts, before: Freeze, word: FreezeWord): Promise<void> {
  const kind = word.frozen ? "freeze" : "thaw";
  await audit.record({
    id: changeId(link.name, link.name, kind, String(word.at)),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "freeze",
    target: link.name,
    kind,
    before: factsOf(before),
    after: null,
    reasons: word.frozen ? [word.reason] : [],
    actor: person,
    requestIds: {},
  });
}

function factsOf({ frozen, word }: Freeze): Facts | null {
  if (!frozen) return null;
  return word === "unreadable"
    ? { frozen: word }
    : { frozen: word.reason, frozenBy: word.by, frozenAt: word.at };
}

/** Of whoever looks after both halves. */
const withinOf = ({ vpn, certificates }: Link): string =>
  formatDuration(vpn === undefined ? certificates.checkEverySeconds : 60);

const sayFroze = (link: Link): string[] => [
  "The link is frozen: every run that begins from now on changes nothing in either cloud. One that is under way may still end what it does.",
  `Azure's half is told within ${withinOf(link)}, and refuses every change by itself then. Looking, telling and planning go on; certificates go on ending.`,
  "`npm run warrener -- thaw` ends it.",
];

const sayThawed = (link: Link, { frozen }: Freeze): string[] => [
  frozen
    ? "The link is thawed: the next runs change what is due."
    : "The link was not frozen. It is said again all the same.",
  `Azure's half is told within ${withinOf(link)}.`,
];

/** The first line of every answer about how things stand; none while the link is not frozen. */
export function sayFreeze({ frozen, word }: Freeze, moment: Moment): string[] {
  if (!frozen) return [];
  const who =
    word === "unreadable"
      ? "by a word that cannot be read (`thaw` or `freeze` puts another one in its place)"
      : `since ${sayInstantAndDistance(word.at, moment)}, by ${word.by}: ${word.reason}`;
  return [`FROZEN   ${who}. Nothing is changed in either cloud before \`thaw\`.`];
}
