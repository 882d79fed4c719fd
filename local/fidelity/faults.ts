/**
 * Holds the fidelity page against the stand-ins' operation tables, both ways: nothing that a stand-in can do or
 * answer is without a row that names its source, and no row speaks of what is not there any more.
 */
import type { OperationTable } from "../stand-in/operations.ts";
import { entryOf, type Page, type Row } from "./page.ts";

/** A sentence for each fault, with the page's line where there is one. `exists` says whether a path is there. */
export function faultsOf(page: Page, table: OperationTable, exists: (path: string) => boolean): string[] {
  return [
    ...page.malformed.map((line) => `line ${line}: a row has three cells; write \\| for | in a cell`),
    ...uncovered(page.rows, table),
    ...page.rows.flatMap((row) => [...unknownSubjects(row, table, exists), ...staleCodes(row, table)]),
    ...page.rows.flatMap((row) => badSource(row, page.sources)),
    ...unusedSources(page),
    ...driftOf(page),
  ];
}

function uncovered(rows: readonly Row[], table: OperationTable): string[] {
  return Object.entries(table).flatMap(([operation, { errors }]) => {
    const described = rows.some(({ subjects, codes }) => subjects.includes(operation) && codes.length === 0);
    const covered = rows
      .filter(({ subjects }) => subjects.includes(operation) || subjects.includes(wholeService(operation)))
      .flatMap(({ codes }) => codes);
    return [
      ...(described ? [] : [`${operation} is there, and no row says what it does`]),
      ...errors
        .filter((code) => !covered.includes(code))
        .map((code) => `${operation} can answer ${code}, and no row says where that comes from`),
    ];
  });
}

function unknownSubjects(row: Row, table: OperationTable, exists: (path: string) => boolean): string[] {
  return row.subjects
    .filter((subject) => {
      if (!subject.includes(":")) return !exists(subject);
      return operationsOf(subject, table).length === 0;
    })
    .map((subject) => `line ${row.line}: there is no ${subject} any more`);
}

/** A row of `service:*` speaks for each of the service's operations. */
function staleCodes(row: Row, table: OperationTable): string[] {
  const operations = row.subjects.flatMap((subject) => operationsOf(subject, table));
  return row.codes.flatMap((code) =>
    operations
      .filter((operation) => table[operation]?.errors.includes(code) !== true)
      .map((operation) => `line ${row.line}: ${operation} does not answer ${code}`),
  );
}

function badSource({ line, source, doubt }: Row, known: readonly string[]): string[] {
  const names = namesIn(source);
  const missing = names.filter((name) => !known.includes(name));
  const marks = source.match(/\b(?:inferred|unverified)\b/g) ?? [];
  const says = names.length > 0 || /package `[^`]+`|^ours\b/.test(source) || doubt !== undefined;
  return [
    ...(says ? [] : [`line ${line}: the row names no source`]),
    ...missing.map((name) => `line ${line}: the source [${name}] has no address`),
    ...(marks.length > 0 && doubt === undefined
      ? [`line ${line}: a mark stands last and says what it is about, as "; inferred: the status"`]
      : []),
  ];
}

function unusedSources({ rows, sources }: Page): string[] {
  const used = rows.flatMap(({ source }) => namesIn(source));
  return sources
    .filter((name) => !used.includes(name))
    .map((name) => `no row names the source [${name}] any more`);
}

function driftOf({ rows, notVerified }: Page): string[] {
  const marked = rows.flatMap((row) => entryOf(row) ?? []);
  return [
    ...marked
      .filter((entry) => !notVerified.includes(entry))
      .map((entry) => `"Not verified" lacks: - ${entry}`),
    ...notVerified
      .filter((entry) => !marked.includes(entry))
      .map((entry) => `"Not verified" has what no row is marked with: - ${entry}`),
  ];
}

function operationsOf(subject: string, table: OperationTable): string[] {
  return Object.keys(table).filter(
    (operation) => operation === subject || wholeService(operation) === subject,
  );
}

function wholeService(operation: string): string {
  return `${operation.split(":")[0]}:*`;
}

function namesIn(source: string): string[] {
  return [...source.matchAll(/\[([^\]]+)\]/g)].flatMap(([, name]) => name ?? []);
}
