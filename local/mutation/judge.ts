/**
 * What the mutants of one concern say of its tests. Pure. A mutant that no test notices is either explained, each by an
 * entry of its own, or a fault of the tests.
 */
import type { Mutant } from "./mutant.ts";

/** A mutant that no test notices, and why none has to. */
export interface Survivor extends Pick<Mutant, "file" | "mutator" | "original" | "replacement"> {
  readonly because: string;
}

export interface Verdict {
  readonly concern: string;
  readonly noticed: number;
  readonly survived: number;
  /** In percent, of those that could be run; what is explained counts as not noticed. */
  readonly score: number;
  readonly unexplained: readonly Mutant[];
  /** Explained, and noticed by now, or not there any more. */
  readonly outdated: readonly Survivor[];
  readonly ok: boolean;
}

export const SCORE_MIN = 90;

/** `explained`: of this concern's files alone. */
export function judgeMutants(
  concern: string,
  mutants: readonly Mutant[],
  explained: readonly Survivor[],
): Verdict {
  const noticed = mutants.filter(({ fate }) => fate === "noticed").length;
  const survivors = mutants.filter(({ fate }) => fate === "survived");
  const run = noticed + survivors.length;
  const score = run === 0 ? 0 : (100 * noticed) / run;
  const outdated = [...explained];
  const unexplained = survivors.filter((mutant) => {
    const index = outdated.findIndex((entry) => isSame(entry, mutant));
    if (index === -1) return true;
    outdated.splice(index, 1);
    return false;
  });
  const ok = score >= SCORE_MIN && unexplained.length === 0 && outdated.length === 0;
  return { concern, noticed, survived: survivors.length, score, unexplained, outdated, ok };
}

const isSame = (entry: Survivor, mutant: Mutant): boolean =>
  entry.file === mutant.file &&
  entry.mutator === mutant.mutator &&
  entry.original === mutant.original &&
  entry.replacement === mutant.replacement;
