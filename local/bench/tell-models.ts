/** The figures that come from models in their own time, as a person reads them. */
import type { LoadFigures } from "./load.ts";
import type { OutageFigures } from "./outages.ts";
import { table } from "./table.ts";
import type { TogetherFigures } from "./together.ts";

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function outageTable(figures: readonly OutageFigures[]): string[] {
  const heads = [
    "a cloud away for",
    "period",
    "cases",
    "expired by then",
    "healed after",
    "at most",
    "unhealed",
  ];
  const rows = figures.map((it) => [
    lengthOf(it.seconds),
    lengthOf(it.periodSeconds),
    String(it.cases),
    String(it.expired),
    `${it.medianPeriods} periods`,
    `${it.maxPeriods} periods`,
    String(it.unhealed),
  ]);
  return table(heads, rows);
}

export function loadTable(figures: readonly LoadFigures[]): string[] {
  const names = figures.map((it) => `${it.certificates}, ${percent(it.throttledShare)} throttled`);
  const row = (name: string, tell: (it: LoadFigures) => string) => [name, ...figures.map(tell)];
  return table(
    ["certificates due at once", ...names],
    [
      row("runs", (it) => String(it.runs)),
      row("longest run, of its 300 s", (it) => `${it.longestRunSeconds.toFixed(0)} s`),
      row("signed", (it) => String(it.signed)),
      row("left to the next run", (it) => String(it.postponed)),
      row("in trouble", (it) => String(it.trouble)),
      row("most places behind its deadline's", (it) => String(it.placesLate)),
      row("IssueCertificate each, taken", (it) => perSigned(it.issueCalls.taken, it)),
      row("IssueCertificate each, with throttled", (it) => perSigned(it.issueCalls.reached, it)),
      row("CA's quota used while it signs", (it) => percent(it.quotaUsed)),
      row("CA's quota used from the run's start", (it) => percent(it.quotaUsedFromStart)),
      row("memory of both halves and the models", (it) => `${it.peakMb} MB`),
    ],
  );
}

const perSigned = (count: number, { signed }: LoadFigures): string => (count / signed).toFixed(3);

export function togetherTable(figures: readonly TogetherFigures[]): string[] {
  const heads = [
    "runs at once",
    "cases",
    "signatures",
    "versions",
    "IssueCertificate",
    "at most",
    "calls",
    "at most",
  ];
  const rows = figures.map((it) => [
    String(it.processes),
    String(it.cases),
    `${it.signatures} each`,
    `${it.versions} each`,
    `x ${it.medianIssueCalls}`,
    `x ${it.maxIssueCalls}`,
    `x ${it.medianCalls}`,
    `x ${it.maxCalls}`,
  ]);
  return table(heads, rows);
}

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

function lengthOf(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${seconds / size} ${unit}`;
}
