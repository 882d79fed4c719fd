/** How keys and trust stand, and what comes next, for `status`, `plan` and `explain`. No value of a key is known here. */
import type { ChangeRecord } from "../../shared/journal/change.ts";
import { counted } from "./group-words.ts";
import type { KeyReport } from "./keys-answer.ts";
import { type Line, toLines } from "./line.ts";
import { type KeyStanding, NOT_LOOKED_AFTER, TRUST_ROW, type TrustStanding } from "./read-keys.ts";
import { sayChange } from "./say-history.ts";
import type { Row } from "./standing.ts";
import { type Moment, sayDistance, sayInstant, sayInstantAndDistance, toInstant } from "./times.ts";

export const keyRow = (one: KeyStanding, moment: Moment): Row => {
  const [first = "", ...more] = sayKey(one, moment);
  const kind = one.kind === "api-key" ? `API key of ${one.holder}` : "pre-shared key";
  const isQuiet = one.report === null || (one.report.step ?? one.report.waiting) === null;
  const lines = [`${kind}; ${first}`, ...more, ...(isQuiet ? [] : [sayNext(one, moment)])];
  return { standing: one.standing, name: one.name, lines };
};

export const sayKeyPlans = (keys: readonly KeyStanding[], moment: Moment): Line[] =>
  toLines(keys.flatMap((one) => [`${one.name}: ${sayNext(one, moment)}`, ...sayTroubles(one.report)]));

const SINCE_MAX = 10;

/** `history`: of this key, the newest first. */
export function sayKeyExplained(one: KeyStanding, history: readonly ChangeRecord[], moment: Moment): Line[] {
  const [first = "", ...more] = sayKey(one, moment);
  const since = history.slice(0, SINCE_MAX).toReversed();
  return toLines([
    `${one.name}: ${one.kind === "api-key" ? `an API key of ${one.holder}, by which relay knows it beside its certificate` : "the pre-shared key of a tunnel, the same at both ends"}.`,
    `Now: ${first}.`,
    ...more,
    ...since.map((change) => `At ${sayInstant(toInstant(change.at), moment)}: ${sayChange(change)}.`),
    `Next: ${sayNext(one, moment)}`,
  ]);
}

/** How it stands, and a sentence for each thing to know. */
function sayKey({ report, code }: KeyStanding, moment: Moment): string[] {
  if (report === null) return [sayUnread(code)];
  const unread = code === null ? [] : [`Not all of it could be read: ${code}.`];
  return [sayFacts(report, moment), ...unread, ...sayTroubles(report)];
}

function sayFacts({ keyId, createdAt, dueAt, state }: KeyReport, { now }: Moment): string {
  if (createdAt === null)
    return state === "cannot-tell" ? "nobody can tell whether there is one" : "there is none yet";
  const id = keyId === undefined || keyId === null ? [] : [`id ${keyId}`];
  const due = dueAt === null ? "replaced only when asked for" : `due ${sayDistance(dueAt, now)}`;
  return [...id, `made ${sayDistance(createdAt, now)}`, due].join(", ");
}

const sayTroubles = (report: KeyReport | null): string[] =>
  (report?.troubles ?? []).map((trouble) => `Trouble: ${trouble}.`);

const sayUnread = (code: string | null): string =>
  code === NOT_LOOKED_AFTER
    ? "the deployed function does not look after it, and may be of another link"
    : `it could not be read: ${code}; the next run tries again`;

/** A sentence; it starts in lower case. */
function sayNext({ name, report, code }: KeyStanding, moment: Moment): string {
  if (report === null) return `${sayUnread(code)}.`;
  // A tunnel's steps name it.
  const step = report.step?.replace(`${name}: `, "");
  if (step !== undefined) return `the next run, within a minute: ${step}.`;
  if (report.waiting !== null) return `it waits: ${report.waiting}.`;
  if (report.dueAt === null) return "no change is due.";
  return `no change is due before ${sayInstantAndDistance(report.dueAt, moment)}.`;
}

export function trustRow(one: TrustStanding, { now }: Moment): Row {
  const { version, authorities, revoked, rollover, loaded, steps, troubles } = one.report;
  const what = version === null ? "no trust bundle is published yet" : `trust bundle ${version}`;
  const serials = `${counted(revoked, "serial")} no longer welcome`;
  const lines = [
    version === null ? what : `${what}; ${serials}`,
    ...authorities.map(
      ({ id, subject, notAfter, isIssuing, state }) =>
        `CA ${subject} (${id}), ${state}${isIssuing ? ", issues" : ""}; ends ${sayDistance(notAfter, now)}`,
    ),
    ...loaded.map(
      ({ party, state, replicas }) =>
        `${party}: ${state}${replicas.length === 0 ? "" : ` (${replicas.join(", ")})`}`,
    ),
    `Change of CA: ${rollover}.`,
    ...steps.map((step) => `The next run, within a minute: ${step}.`),
    ...one.problems.map(({ name, code }) => `${name} could not be read: ${code}.`),
    ...troubles.map((trouble) => `Trouble: ${trouble}.`),
  ];
  return { standing: one.standing, name: TRUST_ROW, lines };
}
