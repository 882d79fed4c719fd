/** The rows of which the lists of survivors are made, and the reasons that stand in more than one. */
import type { Survivor } from "./judge.ts";

export type Row = readonly [mutator: string, original: string, replacement: string, because: string];

export const inFile = (file: string, ...rows: readonly Row[]): Survivor[] =>
  rows.map(([mutator, original, replacement, because]) => ({
    ...{ file, mutator, original, replacement, because },
  }));

export const ONLY_THE_TYPE = "the case cannot come up there; only the type does not say so";
export const NULL_IS_PAST = "null counts as 0, which is past in every comparison with a time";
