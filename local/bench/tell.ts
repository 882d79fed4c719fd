/** The figures of a bench as a person reads them. */

import type { AuthFailureFigures } from "./auth-failures.ts";
import type { RenewalCalls } from "./calls.ts";
import type { ImportTime } from "./imports.ts";
import type { KeyFigures } from "./keys.ts";
import type { LoadFigures } from "./load.ts";
import type { OutageFigures } from "./outages.ts";
import type { PlanTime } from "./plans.ts";
import { callTable, table } from "./table.ts";
import { type Allowlists, allowlistTables } from "./tell-allowlists.ts";
import { authFailureTables } from "./tell-auth-failures.ts";
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
  readonly allowlists: Allowlists;
  readonly keys: KeyFigures;
  readonly authFailures: AuthFailureFigures;
  readonly outages: readonly OutageFigures[];
  readonly loads: readonly LoadFigures[];
  readonly together: readonly TogetherFigures[];
  readonly durationMs: number;
}

export function tellBench(bench: Bench): string {
  const { node, cores, imports, plans, calls, tunnels, allowlists, keys, outages, loads, together } = bench;
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
    ...allowlistTables(allowlists),
    "",
    ...[keys.apiKeys, keys.preSharedKeys, keys.trust].flatMap((runs) => [...callTable(runs), ""]),
    ...authFailureTables(bench.authFailures),
    "",
    ...outageTable(outages),
    "",
    ...loadTable(loads),
    "",
    ...togetherTable(together),
    "",
    `measured in ${(bench.durationMs / 1_000).toFixed(1)} s`,
    "",
  ].join("\n");
}

const eventToSlack = ({ eventToSlack: { medianMs, minMs, maxMs, runs } }: TunnelFigures): string =>
  `${medianMs} ms in the median of ${runs}, ${minMs} to ${maxMs} ms (both functions warm, calm stand-ins)`;
