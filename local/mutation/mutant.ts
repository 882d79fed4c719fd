/** One small change of a plan, and whether a test noticed it. */

export interface Mutant {
  /** Of the project's folder. */
  readonly file: string;
  /** The first is 1. */
  readonly line: number;
  /** Stryker's name for this kind of change: https://stryker-mutator.io/docs/mutation-testing-elements/supported-mutators */
  readonly mutator: string;
  /** What is there, and what takes its place; each in one line. */
  readonly original: string;
  readonly replacement: string;
  readonly fate: Fate;
}

/** `not-run`: it did not even load, so it says nothing of the tests. */
export type Fate = "noticed" | "survived" | "not-run";

export interface Place {
  readonly start: Position;
  readonly end: Position;
}

/** The first line and the first column are 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

export const inOneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

export function textAt(source: string, { start, end }: Place): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const text = lines.map((line, index) => {
    const from = index === 0 ? start.column - 1 : 0;
    return line.slice(from, index === lines.length - 1 ? end.column - 1 : undefined);
  });
  return text.join("\n");
}
