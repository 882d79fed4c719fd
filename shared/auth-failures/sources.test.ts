import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { addToCells, CELLS_MAX, type Cell, type Counted, estimate, NO_SOURCE } from "./sources.ts";

const counted = (source: string, times = 1): Counted => ({ source, class: "no-certificate", times });
const many = (count: number): Counted[] => Array.from({ length: count }, (_, index) => counted(`s${index}`));

/** Far more sources than cells, some of them much more often than others. */
const batches = fc.array(
  fc.uniqueArray(
    fc.record({
      source: fc.oneof(
        fc.constantFrom("often-1", "often-2"),
        fc.integer({ max: 200, min: 0 }).map((n) => `s${n}`),
      ),
      class: fc.constantFrom("no-certificate" as const, "expired" as const),
      times: fc.integer({ min: 1, max: 50 }),
    }),
    { selector: ({ source, class: failure }) => `${failure} ${source}`, maxLength: 60 },
  ),
  { maxLength: 6 },
);

function truth(slots: readonly (readonly Counted[])[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const one of slots.flat()) {
    const key = `${one.class} ${one.source}`;
    times.set(key, (times.get(key) ?? 0) + one.times);
  }
  return times;
}

describe("addToCells", () => {
  it("counts exactly while there are no more callers than cells", () => {
    const cells = addToCells(addToCells([], many(CELLS_MAX)), many(CELLS_MAX));
    expect(cells).toHaveLength(CELLS_MAX);
    expect(cells.every(({ count, error }) => count === 2 && error === 0)).toBe(true);
  });

  it("never has more cells, and says by how much a count may be too high", () => {
    const cells = addToCells(addToCells([], many(CELLS_MAX)), [counted("late", 5)]);
    expect(cells).toHaveLength(CELLS_MAX);
    expect(cells[0]).toEqual({ source: "late", class: "no-certificate", count: 6, error: 1 });
  });

  const sources = (cells: readonly Cell[]) => cells.map(({ source, count, error }) => [source, count, error]);
  /** From one with 20 down to one with 1. */
  const stairs = many(CELLS_MAX).map((one, index) => ({ ...one, times: CELLS_MAX - index }));

  it("gives a newcomer the place of whoever was refused least, and of no newcomer of the same time", () => {
    const cells = addToCells(addToCells([], stairs), [counted("a", 50), counted("b", 40)]);
    expect(sources(cells).slice(0, 3)).toEqual([
      ["a", 51, 1],
      ["b", 42, 2],
      ["s0", 20, 0],
    ]);
    expect(sources(cells).at(-1)).toEqual(["s17", 3, 0]);
  });

  it("has the first by name give way of several that were refused as often", () => {
    const cells = addToCells(addToCells([], many(CELLS_MAX)), [counted("late")]);
    expect(sources(cells).slice(0, 2)).toEqual([
      ["late", 2, 1],
      ["s1", 1, 0],
    ]);
  });

  it("places whoever was refused most before the others, in whatever order they are counted", () => {
    const full = addToCells(
      [],
      many(CELLS_MAX).map((one, index) => ({ ...one, times: index === 0 ? 1 : 10 })),
    );
    const batch = [counted("few", 1), counted("many", 50), counted("also-few", 1)];
    const cells = addToCells(full, batch);
    expect(sources(cells).slice(0, 3)).toEqual([
      ["many", 51, 1],
      ["also-few", 11, 10],
      ["few", 11, 10],
    ]);
    expect(addToCells(full, batch.toReversed())).toEqual(cells);
  });

  it("sorts them by their count, and of one count by name", () => {
    const batch = [counted("c", 2), counted("b", 2), counted("a", 3), counted("d", 1)];
    expect(sources(addToCells([], batch)).map(([source]) => source)).toEqual(["a", "b", "c", "d"]);
  });

  it("keeps apart why one source was refused", () => {
    expect(addToCells([], [counted("a"), { ...counted("a"), class: "expired" }])).toHaveLength(2);
  });

  it("knows everybody above its share, and errs by no more than that", () => {
    fc.assert(
      fc.property(batches, (slot) => {
        const cells = slot.reduce<Cell[]>((before, batch) => addToCells(before, batch), []);
        const times = truth(slot);
        const all = [...times.values()].reduce((sum, one) => sum + one, 0);
        expect(cells.length).toBeLessThanOrEqual(CELLS_MAX);
        expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(all);
        for (const { source, class: failure, count, error } of cells) {
          const exact = times.get(`${failure} ${source}`) ?? 0;
          expect(count).toBeGreaterThanOrEqual(exact);
          expect(count - error).toBeLessThanOrEqual(exact);
          expect(error).toBeLessThanOrEqual(all / CELLS_MAX);
        }
        const known = new Set(cells.map((cell) => `${cell.class} ${cell.source}`));
        for (const [key, exact] of times) if (exact > all / CELLS_MAX) expect(known).toContain(key);
      }),
      runs(4),
    );
  });
});

describe("estimate", () => {
  it("encloses the truth over several slots", () => {
    fc.assert(
      fc.property(batches, (slots) => {
        const times = truth(slots);
        for (const { source, class: failure, least, most } of estimate(
          slots.map((slot) => addToCells([], slot)),
        )) {
          const exact = times.get(`${failure} ${source}`) ?? 0;
          expect(least).toBeLessThanOrEqual(exact);
          expect(most).toBeGreaterThanOrEqual(exact);
        }
      }),
      runs(4),
    );
  });

  it("allows for what a full slot may have had besides, and for nothing in another", () => {
    const stairs = many(CELLS_MAX).map((one, index) => ({ ...one, times: 5 + index }));
    const mostWith = (slot: readonly Counted[]) =>
      estimate([addToCells([], slot), addToCells([], [counted("other", 3)])]).find(
        ({ source }) => source === "other",
      );
    expect(mostWith(stairs)).toMatchObject({ least: 3, most: 8 });
    expect(mostWith(stairs.slice(1))).toMatchObject({ least: 3, most: 3 });
  });

  it("sorts callers by how often they were refused for certain, and then by name", () => {
    const slots = [
      [counted("a", 1), counted("c", 2)],
      [counted("b", 2), counted("d", 5)],
    ];
    const found = estimate(slots.map((slot) => addToCells([], slot)));
    expect(found.map(({ source }) => source)).toEqual(["d", "b", "c", "a"]);
    expect(estimate([[...addToCells([], many(3))].toReversed()]).map(({ source }) => source)).toEqual([
      ...["s0", "s1", "s2"],
    ]);
  });

  it("has a word for the source of a line that shows none", () => {
    expect(NO_SOURCE).toBe("unknown");
  });

  it("takes nobody for a flood for whom it is not certain", () => {
    const full = addToCells(
      [],
      many(CELLS_MAX).map((one) => ({ ...one, times: 100 })),
    );
    const [late] = estimate([addToCells(full, [counted("late")])]).filter(({ source }) => source === "late");
    expect(late).toMatchObject({ least: 1, most: 101 });
  });
});
