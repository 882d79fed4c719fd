/** The figures of a bench as a person reads them. */

import type { RenewalCalls } from "./calls.ts";
import type { ImportTime } from "./imports.ts";
import type { PlanTime } from "./plans.ts";

export interface Bench {
  /** What the figures are from. */
  readonly node: string;
  readonly cores: number;
  readonly imports: readonly ImportTime[];
  readonly plans: readonly PlanTime[];
  readonly calls: RenewalCalls;
  readonly durationMs: number;
}

export function tellBench({ node, cores, imports, plans, calls, durationMs }: Bench): string {
  return [
    `Node ${node}, ${cores} cores`,
    "",
    ...table(
      ["a fresh process that loads", "median", "fastest", "slowest", "ratio", "eager", "in all"],
      imports.map((it) => [
        it.bundle,
        `${it.medianMs} ms`,
        `${it.minMs} ms`,
        `${it.maxMs} ms`,
        `x ${it.ratio}`,
        `${it.eagerKb} KB`,
        `${it.totalKb} KB`,
      ]),
    ),
    "",
    ...table(
      [
        `planning ${plans[0]?.certificates ?? 0} certificates`,
        "median",
        "fastest",
        "slowest",
        "ratio",
        "each",
      ],
      plans.map((it) => [
        it.plan,
        `${it.medianMs} ms`,
        `${it.minMs} ms`,
        `${it.maxMs} ms`,
        `x ${it.ratio}`,
        `${it.microsecondsEach} µs`,
      ]),
    ),
    "",
    ...callTable(calls),
    "",
    `${calls.perRenewal} calls a renewal, ${calls.idle} when there is nothing to do (calm stand-ins, one certificate)`,
    `measured in ${(durationMs / 1_000).toFixed(1)} s`,
    "",
  ].join("\n");
}

function callTable({ runs }: RenewalCalls): string[] {
  const operations = [...new Set(runs.flatMap(({ calls }) => Object.keys(calls)))].toSorted();
  const rows = operations.map((operation) => [
    operation,
    ...runs.map(({ calls }) => String(calls[operation] ?? "")),
  ]);
  const totals = ["in all", ...runs.map(({ total }) => String(total))];
  return table(["calls of the clouds, by run", ...runs.map(({ run }) => run)], [...rows, totals]);
}

/** The first column to the left, all others to the right, each as wide as its widest text. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
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
