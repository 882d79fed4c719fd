/** The figures of a bench as a person reads them. */

import type { RenewalCalls, RunCalls } from "./calls.ts";
import type { ImportTime } from "./imports.ts";
import type { LoadFigures } from "./load.ts";
import type { OutageFigures } from "./outages.ts";
import type { PlanTime } from "./plans.ts";
import { table } from "./table.ts";
import { loadTable, outageTable, togetherTable } from "./tell-models.ts";
import type { TogetherFigures } from "./together.ts";
import type { TunnelFigures } from "./tunnels.ts";

export interface Bench {
  /** What the figures are from. */
  readonly node: string;
  readonly cores: number;
  readonly imports: readonly ImportTime[];
  readonly plans: readonly PlanTime[];
  readonly calls: RenewalCalls;
  readonly tunnels: TunnelFigures;
  readonly outages: readonly OutageFigures[];
  readonly loads: readonly LoadFigures[];
  readonly together: readonly TogetherFigures[];
  readonly durationMs: number;
}

export function tellBench(bench: Bench): string {
  const { node, cores, imports, plans, calls, tunnels, outages, loads, together, durationMs } = bench;
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
    ...callTable(calls.runs),
    "",
    `${calls.perRenewal} calls a renewal, ${calls.idle} when there is nothing to do (calm stand-ins, one certificate)`,
    "",
    ...callTable(tunnels.sweeps.map(({ sweep: run, total, calls }) => ({ run, total, calls }))),
    "",
    `from an alarm's event to Slack: ${eventToSlack(tunnels)}`,
    "",
    ...outageTable(outages),
    "",
    ...loadTable(loads),
    "",
    ...togetherTable(together),
    "",
    `measured in ${(durationMs / 1_000).toFixed(1)} s`,
    "",
  ].join("\n");
}

const eventToSlack = ({ eventToSlack: { medianMs, minMs, maxMs, runs } }: TunnelFigures): string =>
  `${medianMs} ms in the median of ${runs}, ${minMs} to ${maxMs} ms (both functions warm, calm stand-ins)`;

function callTable(runs: readonly RunCalls[]): string[] {
  const operations = [...new Set(runs.flatMap(({ calls }) => Object.keys(calls)))].toSorted();
  const rows = operations.map((operation) => [
    operation,
    ...runs.map(({ calls }) => String(calls[operation] ?? "")),
  ]);
  const totals = ["in all", ...runs.map(({ total }) => String(total))];
  return table(["calls of the clouds, by run", ...runs.map(({ run }) => run)], [...rows, totals]);
}
