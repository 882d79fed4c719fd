/** What is said of a set of measured times: never one of them alone. */

/** Times in milliseconds. */
export interface Samples {
  readonly runs: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

export function summarize(timesMs: readonly number[]): Samples {
  const { median, min, max } = spreadOf(timesMs);
  return { runs: timesMs.length, medianMs: rounded(median), minMs: rounded(min), maxMs: rounded(max) };
}

/** Of numbers of any kind. Throws when there is none. */
export function spreadOf(values: readonly number[]) {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = values.toSorted((one, other) => one - other);
  return {
    median: (at(sorted, (sorted.length - 1) >> 1) + at(sorted, sorted.length >> 1)) / 2,
    min: at(sorted, 0),
    max: at(sorted, sorted.length - 1),
  };
}

/** To two digits after the point. */
export const ratio = (one: number, other: number): number => Math.round((one / other) * 100) / 100;

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

function at(sorted: readonly number[], index: number): number {
  const value = sorted[index];
  if (value === undefined) throw new Error(`there is no measurement ${index}`);
  return value;
}
