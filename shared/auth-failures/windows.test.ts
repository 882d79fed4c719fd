import { describe, expect, it } from "vitest";
import {
  changeSlot,
  LATE_SLOTS,
  type Reach,
  reached,
  reachOf,
  SLOTS,
  SLOTS_MAX,
  slotOf,
  windowsAt,
} from "./windows.ts";

const TENTHS: Reach = { slotSeconds: 10, windowSlots: 10, lateSlots: 0 };
const LATE: Reach = { ...TENTHS, lateSlots: 3 };

describe("reachOf", () => {
  it.each([
    [300, 180, 30, 10, 6],
    [301, 180, 31, 10, 6],
    [10, 5, 1, 10, 5],
    [100, 1, 10, 10, 1],
    [60, 180, 30, 2, 6],
    [86_400, 180, 8_640, 10, 1],
  ])(
    "has for a window of %d seconds and lines %d late slots of %d: %d and %d",
    (window, late, ...expected) => {
      const reach = reachOf({ windowSeconds: window, lateSeconds: late });
      expect([reach.slotSeconds, reach.windowSlots, reach.lateSlots]).toEqual(expected);
      expect(reach.windowSlots).toBeLessThanOrEqual(SLOTS);
      expect(reach.lateSlots).toBeLessThanOrEqual(LATE_SLOTS);
      expect(reach.slotSeconds * reach.windowSlots).toBeGreaterThanOrEqual(window);
      expect(reach.slotSeconds * reach.lateSlots).toBeGreaterThanOrEqual(late);
    },
  );
});

describe("slotOf", () => {
  it("has the window reach nine tenths of its length at least, and all of it at most", () => {
    expect(slotOf(1_000, 1_090, TENTHS)).toBe(100);
    expect(slotOf(1_000, 1_099, TENTHS)).toBe(100);
    expect(slotOf(1_000, 1_100, TENTHS)).toBeNull();
    expect(slotOf(1_009, 1_100, TENTHS)).toBeNull();
    expect(slotOf(1_010, 1_100, TENTHS)).toBe(101);
  });

  it("counts by the log's time what comes late, and not what comes later still", () => {
    expect(slotOf(1_000, 1_129, LATE)).toBe(100);
    expect(slotOf(1_000, 1_130, LATE)).toBeNull();
  });

  it("counts what lies in the future as now", () => {
    expect(slotOf(9_999, 1_000, TENTHS)).toBe(100);
  });
});

const slotted = (...slots: number[]) => slots.map((slot) => ({ slot }));

describe("reached", () => {
  it("keeps the slots up to now, and the one that another run's clock has begun", () => {
    const slots = slotted(87, 88, 90, 91, 92, 101, 102, 500);
    expect(reached(slots, 1_009, TENTHS).map(({ slot }) => slot)).toEqual([91, 92, 101]);
    expect(reached(slots, 1_009, LATE).map(({ slot }) => slot)).toEqual([88, 90, 91, 92, 101]);
  });
});

describe("SLOTS_MAX", () => {
  it("is as many as are ever kept", () => {
    const reach = { slotSeconds: 10, windowSlots: SLOTS, lateSlots: LATE_SLOTS };
    const all = Array.from({ length: 200 }, (_, slot) => ({ slot }));
    expect(reached(all, 1_005, reach)).toHaveLength(SLOTS_MAX);
  });
});

describe("windowsAt", () => {
  it("gives the present window, and each that ended so lately that a line of it may still have come", () => {
    expect(windowsAt(slotted(88, 91, 98, 100, 101), 1_005, LATE)).toEqual([
      { endAt: 979, slots: slotted(88, 91) },
      { endAt: 989, slots: slotted(91, 98) },
      { endAt: 999, slots: slotted(91, 98) },
      { endAt: 1_005, slots: slotted(91, 98, 100, 101) },
    ]);
  });

  it("leaves out those with nothing in them", () => {
    expect(windowsAt(slotted(100), 1_005, LATE)).toEqual([{ endAt: 1_005, slots: slotted(100) }]);
    expect(windowsAt([], 1_005, LATE)).toEqual([]);
  });
});

describe("changeSlot", () => {
  it("keeps slots in the order of time, whichever comes first", () => {
    const make = (slot: number) => ({ slot, count: 0 });
    const more = (one: { slot: number; count: number }) => ({ ...one, count: one.count + 1 });
    const slots = [7, 3, 7, 5].reduce<{ slot: number; count: number }[]>(
      (before, slot) => changeSlot(before, slot, make, more),
      [],
    );
    expect(slots).toEqual([
      { slot: 3, count: 1 },
      { slot: 5, count: 1 },
      { slot: 7, count: 2 },
    ]);
  });
});
