/**
 * The part of docs/fidelity.md that the conformance run writes: one row for each operation that a stand-in has, with
 * what each target was found to do, and one for each listed difference. Rows have no backquotes at their start: those
 * are the page's own rows, which name sources.
 */
import type { Differences, Finding } from "./compare.ts";
import type { EmulatorName } from "./emulators.ts";

export const BEGIN = "<!-- conformance: begin (written by npm run conformance) -->";
export const END = "<!-- conformance: end -->";

export interface TableInput {
  /** Every operation of every stand-in, in the order of the page. */
  readonly operations: readonly string[];
  readonly findings: readonly Finding[];
  readonly emulators: readonly { readonly name: EmulatorName; readonly version: string }[];
  readonly clients: readonly string[];
  readonly differences: readonly Differences[];
  /** What is said of an operation that nobody was asked about. */
  readonly otherwise: (operation: string) => string;
}

export function tableOf(input: TableInput): string {
  const targets = [...input.emulators.map(({ name }) => name), ...input.clients];
  const heads = [...input.emulators.map(({ name, version }) => `${name} ${version}`), ...input.clients];
  const asked = new Map(
    [...Map.groupBy(input.findings, ({ operation }) => operation)].map(([operation, found]) => [
      operation,
      Map.groupBy(found, ({ target }) => target),
    ]),
  );
  const operations = [...new Set([...input.operations, ...asked.keys()])];
  const rows = operations.map((operation) => {
    const byTarget = asked.get(operation);
    const cells = targets.map((target) => cellOf(byTarget?.get(target) ?? []));
    const checked = cells.some((cell) => /agree|differ/.test(cell));
    return row([operation, ...cells, checked ? "" : input.otherwise(operation)]);
  });
  return [
    row(["operation", ...heads, "if nobody was asked"]),
    row([...heads, "", ""].map(() => "---")),
    ...rows,
    "",
    ...differenceTable(input.differences),
  ].join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function cellOf(found: readonly Finding[]): string {
  const count = (verdict: Finding["verdict"]) => found.filter((one) => one.verdict === verdict).length;
  const parts = [
    [count("agreed"), "agree"],
    [count("differs-as-listed"), "differ"],
    [count("failed"), "FAILED"],
  ] as const;
  const said = parts.filter(([times]) => times > 0).map(([times, word]) => `${times} ${word}`);
  if (said.length > 0) return said.join(", ");
  return count("not-run") > 0 ? "has it not" : "";
}

const RIGHT: Readonly<Record<Differences["right"], string>> = {
  "stand-in": "the stand-in",
  emulator: "the emulator",
  unknown: "no document says",
  absent: "",
};

function differenceTable(differences: readonly Differences[]): string[] {
  const rows = differences
    .filter(({ right }) => right !== "absent")
    .map(({ emulator, right, why, source, answers }) =>
      row([emulator, namesOf(Object.keys(answers)), RIGHT[right], `${why} ${linkOf(source)}`.trim()]),
    );
  return [row(["emulator", "asked", "who is right", "why"]), row(["---", "---", "---", "---"]), ...rows];
}

/** A name of the page's sources, or an address. */
function linkOf(source: string | undefined): string {
  if (source === undefined) return "";
  return source.startsWith("https://") ? `([document](${source}))` : `[${source}]`;
}

/** `operation: case; case`, for each operation. */
function namesOf(keys: readonly string[]): string {
  const pairs = keys.map((key) => key.split(" / "));
  return [...Map.groupBy(pairs, ([operation = ""]) => operation)]
    .map(([operation, cases]) => `${operation}: ${cases.map(([, name = ""]) => name).join("; ")}`)
    .join(". ");
}

/** Throws when the page has not both markers. */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/fidelity.md lacks the lines "${BEGIN}" and "${END}"`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}
