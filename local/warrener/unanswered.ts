/**
 * A deployed function that gave no answer. What it looks after is not known then: that is told as trouble, beside what
 * the others have answered, and never as if there were nothing.
 */
import { ConfigError } from "../../shared/runtime/errors.ts";
import { andMore } from "./group-words.ts";
import type { Row } from "./standing.ts";

export interface Unanswered {
  readonly functionName: string;
  /** Of what nothing is known, by the link's names. */
  readonly names: readonly string[];
  readonly problem: string;
}

export type AnswerOf<T> =
  | { readonly answer: T; readonly unanswered: null }
  | { readonly answer: null; readonly unanswered: Unanswered };

/** Throws what is no `ConfigError`: that is a fault of ours. */
export async function orUnanswered<T>(
  functionName: string,
  names: readonly string[],
  ask: () => Promise<T>,
): Promise<AnswerOf<T>> {
  try {
    return { answer: await ask(), unanswered: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { answer: null, unanswered: { functionName, names, problem: error.message } };
  }
}

/** `isOne`: one thing was asked about, and without an answer there is nothing to say. Throws `ConfigError` then. */
export function unansweredIn(answers: readonly AnswerOf<unknown>[], isOne: boolean): Unanswered[] {
  const all = answers.flatMap(({ unanswered }) => (unanswered === null ? [] : [unanswered]));
  const [first] = all;
  if (isOne && first !== undefined) throw new ConfigError(first.problem);
  return all;
}

const NAMES_MAX = 10;

export function unansweredRow({ functionName, names, problem }: Unanswered): Row {
  const shown = names.slice(0, NAMES_MAX);
  const whose = [...shown, ...andMore(shown, names.length)].join(", ");
  return {
    standing: "trouble",
    name: functionName,
    lines: ["it gave no answer", `${problem}.`, `Nothing is known now of ${whose}.`],
  };
}
