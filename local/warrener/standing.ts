/** How well what is looked after stands. */
import { compareText } from "../../shared/runtime/compare-text.ts";

/** "waits" is for a person; "due" is what the next run changes by itself. */
export type Standing = "trouble" | "waits" | "due" | "ok";
export const STANDINGS: readonly Standing[] = ["trouble", "waits", "due", "ok"];

/** One thing of the link in `status`. */
export interface Row {
  readonly standing: Standing;
  readonly name: string;
  /** The first beside its name, the others below that. */
  readonly lines: readonly string[];
}

const STANDING_WIDTH = Math.max(...STANDINGS.map(({ length }) => length));

/** Trouble first. */
export function sayRows(rows: readonly Row[]): string[] {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const order = ({ standing }: Row) => STANDINGS.indexOf(standing);
  const sorted = rows.toSorted((one, other) => order(one) - order(other) || compareNames(one, other));
  return sorted.flatMap(({ standing, name, lines: [first = "", ...more] }) => {
    const start = `${standing.toUpperCase().padEnd(STANDING_WIDTH)}  ${name.padEnd(width)}  `;
    return [`${start}${first}`, ...more.map((line) => `${" ".repeat(start.length)}${line}`)];
  });
}

const compareNames = (one: Row, other: Row): number => compareText(one.name, other.name);
