import type { RunCalls } from "./calls.ts";

/** A table as a terminal shows it: the first column to the left, all others to the right, each as wide as its widest text. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("   ")
      .trimEnd(),
  );
}

/** How often each operation was called in each run. */
export function callTable(runs: readonly RunCalls[]): string[] {
  const operations = [...new Set(runs.flatMap(({ calls }) => Object.keys(calls)))].toSorted();
  const rows = operations.map((operation) => [
    operation,
    ...runs.map(({ calls }) => String(calls[operation] ?? "")),
  ]);
  const totals = ["in all", ...runs.map(({ total }) => String(total))];
  return table(["calls of the clouds, by run", ...runs.map(({ run }) => run)], [...rows, totals]);
}
