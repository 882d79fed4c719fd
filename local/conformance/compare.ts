/**
 * Lays an emulator's answers beside the stand-in's. A difference that is listed with who is right is no fault; one
 * that is not listed is, and so is a listed one that no longer shows: either side has changed, and somebody looks.
 */
import type { EmulatorName } from "./emulators.ts";
import type { Asked, Probe } from "./probe.ts";

/** `operation / case`. */
export type CaseKey = string;

export interface Differences {
  readonly emulator: EmulatorName;
  /**
   * Who does as the service does. "absent": the emulator has not that operation. "unknown": no document says, or what
   * the documents say leaves room for both.
   */
  readonly right: "stand-in" | "emulator" | "unknown" | "absent";
  /** One sentence for the page. */
  readonly why: string;
  /** Where that is from; none for what an emulator simply has not. */
  readonly source?: string;
  /** The emulator's answers, to the letter. */
  readonly answers: Readonly<Record<CaseKey, string>>;
}

export type Verdict = "agreed" | "differs-as-listed" | "not-run" | "failed";

export interface Finding {
  readonly operation: string;
  readonly name: string;
  readonly target: string;
  readonly verdict: Verdict;
  /** For a failed one: what is wrong, and what to do. */
  readonly told: string;
}

export const keyOf = (operation: string, name: string): CaseKey => `${operation} / ${name}`;

export type Answers = ReadonlyMap<CaseKey, Asked>;

export interface Laid {
  readonly probes: readonly Probe[];
  readonly standIn: Answers;
  readonly emulator: EmulatorName;
  readonly theirs: Answers;
  readonly listed: readonly Differences[];
}

export function compare({ probes, standIn, emulator, theirs, listed }: Laid): Finding[] {
  const mine = listed.filter((group) => group.emulator === emulator);
  const asked = probes.flatMap(({ operation, cases }) => cases.map(({ name }) => ({ operation, name })));
  const keys = new Set(asked.map(({ operation, name }) => keyOf(operation, name)));
  const findings = asked.map(({ operation, name }): Finding => {
    const key = keyOf(operation, name);
    const groups = mine.filter(({ answers }) => key in answers);
    return {
      operation,
      name,
      target: emulator,
      ...judge({ ours: standIn.get(key), theirs: theirs.get(key), groups, key }),
    };
  });
  const stale = mine
    .flatMap(({ answers }) => Object.keys(answers))
    .filter((key) => !keys.has(key))
    .map((key): Finding => {
      const told = "is listed as a difference, and no probe asks it: take it off the list";
      return { operation: key, name: "", target: emulator, verdict: "failed", told };
    });
  return [...findings, ...stale];
}

interface Judged {
  readonly ours: Asked | undefined;
  readonly theirs: Asked | undefined;
  readonly groups: readonly Differences[];
  readonly key: CaseKey;
}

function judge({ ours, theirs, groups, key }: Judged): Pick<Finding, "verdict" | "told"> {
  const failed = (told: string) => ({ verdict: "failed", told }) as const;
  if (ours?.kind !== "answer") return failed(`the stand-in could not be asked: ${reasonOf(ours)}`);
  if (theirs?.kind !== "answer") return failed(`the emulator could not be asked: ${reasonOf(theirs)}`);
  const [group, another] = groups;
  if (another !== undefined) return failed("is listed twice");
  const same = ours.text === theirs.text;
  if (group === undefined) {
    if (same) return { verdict: "agreed", told: "" };
    return failed(
      `stand-in: ${ours.text}; emulator: ${theirs.text}; find out who is right, then mend or list it`,
    );
  }
  if (same) return failed("both answer the same now: take it off the list of differences");
  const expected = group.answers[key];
  if (theirs.text !== expected) return failed(`emulator: ${theirs.text}; listed is: ${expected}`);
  return { verdict: group.right === "absent" ? "not-run" : "differs-as-listed", told: "" };
}

const reasonOf = (asked: Asked | undefined): string =>
  asked === undefined ? "it was not" : asked.kind === "broken" ? asked.reason : asked.text;

export interface ClientAnswers {
  readonly probes: readonly Probe[];
  readonly sdk: Answers;
  readonly target: string;
  /** Of the cases that this client was asked with. */
  readonly theirs: Answers;
}

/** Another client of the same stand-in reads the same answer, as far as that client tells it. */
export function compareClients({ probes, sdk, target, theirs }: ClientAnswers): Finding[] {
  return probes.flatMap(({ operation, cases }) =>
    cases.flatMap(({ name }): Finding[] => {
      const key = keyOf(operation, name);
      const [ours, other] = [sdk.get(key), theirs.get(key)];
      if (other === undefined) return [];
      const same = ours?.kind === "answer" && other.kind === "answer" && sameButStatus(ours.text, other.text);
      const told = same ? "" : `the SDK: ${reasonOf(ours)}; ${target}: ${reasonOf(other)}`;
      return [{ operation, name, target, verdict: same ? "agreed" : "failed", told }];
    }),
  );
}

/** The command line does not tell the status of a refusal. */
function sameButStatus(sdk: string, other: string): boolean {
  return sdk === other || sdk.replaceAll(/(refused [\w.]+) \d{3}/g, "$1 ?") === other;
}
