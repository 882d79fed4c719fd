/**
 * Who was refused how often, in bounded memory whatever the number of sources: the space-saving algorithm (Metwally,
 * Agrawal and El Abbadi, "Efficient computation of frequent and top-k elements in data streams", 2005). Pure.
 *
 * Of N failures in a slot, a source and class with more than N / CELLS_MAX of them is always among the cells, and no
 * count is too high by more than N / CELLS_MAX. While there are at most CELLS_MAX of them, all counts are exact.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { FailureClass } from "./schema.ts";

/** Stands for the source of a line that shows none. */
export const NO_SOURCE = "unknown";

/** One caller and why he was refused. */
export interface Caller {
  readonly source: string;
  readonly class: FailureClass;
}

export interface Cell extends Caller {
  /** Never too low. */
  readonly count: number;
  /** By so much it may be too high: what those had whose place it took. */
  readonly error: number;
}

export const CELLS_MAX = 20;

export const callerKey = (caller: Caller): string => `${caller.class} ${caller.source}`;

export interface Counted extends Caller {
  readonly times: number;
}

/** `counted`: each caller once. */
export function addToCells(cells: readonly Cell[], counted: readonly Counted[]): Cell[] {
  const byKey = new Map(cells.map((cell) => [callerKey(cell), cell]));
  // The most first: whoever comes later finds a place that costs less.
  for (const one of counted.toSorted(mostFirst)) add(byKey, one);
  return [...byKey.values()].sort(byCount);
}

function add(byKey: Map<string, Cell>, { source, class: failure, times }: Counted): void {
  const key = callerKey({ source, class: failure });
  const known = byKey.get(key);
  if (known !== undefined) {
    byKey.set(key, { ...known, count: known.count + times });
    return;
  }
  const least = byKey.size < CELLS_MAX ? null : leastOf(byKey);
  if (least !== null) byKey.delete(least.key);
  const error = least?.count ?? 0;
  byKey.set(key, { source, class: failure, count: error + times, error });
}

function leastOf(byKey: ReadonlyMap<string, Cell>): { readonly key: string; readonly count: number } | null {
  let least: { readonly key: string; readonly count: number } | null = null;
  for (const [key, { count }] of byKey) if (least === null || count < least.count) least = { key, count };
  return least;
}

const mostFirst = (one: Counted, other: Counted): number =>
  other.times - one.times || compareText(callerKey(one), callerKey(other));
const byCount = (one: Cell, other: Cell): number =>
  other.count - one.count || compareText(callerKey(one), callerKey(other));

/** How often a caller was refused: at least and at most. */
export interface Estimate extends Caller {
  readonly least: number;
  readonly most: number;
}

/** A slot whose cells are all taken may have had others besides, none of them oftener than its least. */
const floorOf = (cells: readonly Cell[]): number =>
  cells.length < CELLS_MAX ? 0 : Math.min(...cells.map(({ count }) => count));

/** Over several slots, those with the most failures for certain first. */
export function estimate(slots: readonly (readonly Cell[])[]): Estimate[] {
  const floors = slots.map(floorOf);
  const floor = floors.reduce((sum, one) => sum + one, 0);
  const byKey = new Map<string, Estimate>();
  for (const [index, cells] of slots.entries()) {
    for (const { source, class: failure, count, error } of cells) {
      const key = callerKey({ source, class: failure });
      const before = byKey.get(key) ?? { source, class: failure, least: 0, most: floor };
      byKey.set(key, {
        ...before,
        least: before.least + count - error,
        most: before.most + count - (floors[index] ?? 0),
      });
    }
  }
  return [...byKey.values()].sort(
    (one, other) => other.least - one.least || compareText(callerKey(one), callerKey(other)),
  );
}
