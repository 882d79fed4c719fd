/**
 * Reads docs/fidelity.md: its tables (operation, error code or behaviour, source), the list of what is not
 * verified, and the addresses behind the names of sources.
 */

export interface Row {
  /** Of the page, from 1. */
  readonly line: number;
  /** `service:Operation`, `service:*`, or the path of a part that has no operations. */
  readonly subjects: readonly string[];
  /** The error codes that the row begins with; none when it is about a behaviour. */
  readonly codes: readonly string[];
  readonly source: string;
  /** From the first mark on, as `inferred: that …`; undefined for a row that is sourced in full. */
  readonly doubt: string | undefined;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Lines that begin as a row and have not its three cells: a `|` in a cell is written `\|`. */
  readonly malformed: readonly number[];
  /** The entries under "Not verified", in their order. */
  readonly notVerified: readonly string[];
  /** Names that a source cell may use, as `[name]`. */
  readonly sources: readonly string[];
}

const CODES = /^`[A-Za-z][\w.]*`(?:, `[A-Za-z][\w.]*`)*(?=:|$)/;
const DOUBT = /(?:^|; )((?:inferred|unverified): .+)$/;

export function parsePage(markdown: string): Page {
  const lines = markdown.split("\n");
  return {
    rows: lines.flatMap((text, index) => parseRow(text, index + 1) ?? []),
    malformed: lines.flatMap((text, index) =>
      beginsRow(text) && parseRow(text, index + 1) === undefined ? [index + 1] : [],
    ),
    notVerified: sectionOf(lines, "## Not verified").flatMap((text) => /^- (.+)$/.exec(text)?.[1] ?? []),
    sources: lines.flatMap((text) => /^\[([^\]]+)\]: https:\/\/\S+$/.exec(text)?.[1] ?? []),
  };
}

/** As it must stand under "Not verified". */
export function entryOf({ subjects, doubt }: Row): string | undefined {
  return doubt === undefined
    ? undefined
    : `${subjects.map((subject) => `\`${subject}\``).join(", ")}: ${doubt}`;
}

/** Tables of another kind do not begin with a name in backquotes. */
const beginsRow = (text: string): boolean => text.startsWith("| `");

function parseRow(text: string, line: number): Row | undefined {
  const cells = text.split(/(?<!\\)\|/).map((cell) => cell.trim());
  const [, subject = "", what = "", source = ""] = cells;
  if (!beginsRow(text) || cells.length !== 5 || cells[4] !== "") return undefined;
  return {
    line,
    subjects: quoted(subject),
    codes: quoted(CODES.exec(what)?.[0] ?? ""),
    source,
    doubt: DOUBT.exec(source)?.[1],
  };
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []);
}

function sectionOf(lines: readonly string[], title: string): readonly string[] {
  const start = lines.indexOf(title);
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((text) => text.startsWith("## "));
  return end < 0 ? rest : rest.slice(0, end);
}
