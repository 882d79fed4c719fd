import { describe, expect, it } from "vitest";
import { type AuthMemory, MEMORY_MAX, NO_MEMORY } from "./memory.ts";
import { type TakenLine, takeDelivery } from "./memory-take.ts";
import { CELLS_MAX } from "./sources.ts";
import { NO_SOURCES } from "./sources-distinct.ts";
import { AT, accepted, KNOWN, knocks, LIMITS, line, refused, take } from "./test-auth.ts";
import { distinctSources, judge } from "./verdict.ts";

const { floodCount, scanSources, unreadCount, quietSeconds } = LIMITS;
/** Past it, nothing of `AT` is in the window any more. */
const LATER = AT + 200;
const one = (number: number, times = 1, at = AT): TakenLine[] => knocks(times, `203.0.113.${number}`, at);
const several = (count: number, times = 1, at = AT): TakenLine[] =>
  Array.from({ length: count }, (_, index) => one(index, times, at)).flat();
const nameless = (times: number): TakenLine[] =>
  Array.from({ length: times }, () => line(refused("no-certificate")));
const nothingRead = (count: number, at = AT): TakenLine[] =>
  Array.from({ length: count }, () => line(null, at));

describe("distinctSources", () => {
  it("is exact while every slot has room for more, and counts a source of two slots once", () => {
    const memory = take(NO_MEMORY, [...several(5), ...several(7, 1, AT - 50)]);
    expect(memory.slots.length).toBeGreaterThan(1);
    expect(distinctSources(memory.slots)).toBe(7);
    expect(distinctSources([])).toBe(0);
  });

  it("takes no estimate while the cells name them all", () => {
    const [many] = take(
      NO_MEMORY,
      [...Array(200).keys()].flatMap((index) => one(index)),
    ).slots;
    const { slots } = take(NO_MEMORY, several(3));
    const sketch = many?.sketch ?? "";
    expect(distinctSources(slots.map((slot) => ({ ...slot, sketch })))).toBe(3);
  });

  it("counts nobody for lines that show no source", () => {
    expect(distinctSources(take(NO_MEMORY, [...several(3), ...nameless(4)]).slots)).toBe(3);
  });

  it("is about right beyond what the cells hold, also when one slot alone is full", () => {
    const many = [...Array(200).keys()].flatMap((index) => one(index));
    const memory = take(NO_MEMORY, [...many, ...several(3, 1, AT - 50)]);
    expect(distinctSources(memory.slots)).toBeGreaterThan(180);
    expect(distinctSources(memory.slots)).toBeLessThan(220);
  });

  it("is never less than what the cells name", () => {
    const { slots } = take(NO_MEMORY, several(CELLS_MAX));
    expect(distinctSources(slots.map((slot) => ({ ...slot, sketch: NO_SOURCES })))).toBe(CELLS_MAX);
  });
});

describe("judge, of a scan", () => {
  it("counts none for those that show no source", () => {
    expect(take(NO_MEMORY, [...several(scanSources - 1), ...nameless(1)]).scan).toBeNull();
  });

  it("tells it as it was until it has been quiet", () => {
    const memory = take(NO_MEMORY, several(scanSources));
    expect(take(memory, [], AT + quietSeconds - 1).scan).toEqual(memory.scan);
    expect(take(memory, [], AT + quietSeconds).scan).toBeNull();
  });

  it("names the three with the most failures at first", () => {
    const lines = [...several(scanSources), ...one(3, 5), ...one(1, 9), ...one(2, 7)];
    const top = ["203.0.113.1", "203.0.113.2", "203.0.113.3"];
    expect(take(NO_MEMORY, lines).scan).toEqual({
      since: AT,
      lastAt: AT,
      sources: scanSources,
      total: scanSources + 21,
      top: top.map((source) => ({ source, class: "no-certificate" })),
    });
  });

  it("names others only when there are more sources than ever, and goes on with its time", () => {
    const memory = take(NO_MEMORY, [...several(scanSources), ...one(1, 9)]);
    const asMany = take(memory, [...several(scanSources, 1, LATER), ...one(2, 9, LATER)], LATER);
    expect(asMany.scan).toMatchObject({ since: AT, lastAt: LATER, total: 2 * scanSources + 18 });
    expect(asMany.scan?.top).toEqual(memory.scan?.top);
    const more = take(memory, [...several(scanSources + 1, 1, LATER), ...one(2, 9, LATER)], LATER);
    expect(more.scan).toMatchObject({ since: AT, sources: scanSources + 1 });
    expect(more.scan?.top[0]).toEqual({ source: "203.0.113.2", class: "no-certificate" });
  });

  it("has those stand out that have a quarter of all failures, and no others", () => {
    const others = several(scanSources, 5);
    expect(others.length).toBe(3 * floodCount);
    expect(take(NO_MEMORY, [...others, ...one(200, floodCount)]).floods).toHaveLength(1);
    expect(take(NO_MEMORY, [...others, ...one(0), ...one(200, floodCount)]).floods).toEqual([]);
  });

  it("does not make one of as many floods as can be told, when they just go on", () => {
    const lines = several(MEMORY_MAX.floods, floodCount);
    const memory = take(NO_MEMORY, lines);
    expect(take(memory, several(MEMORY_MAX.floods, 1, AT + 9), AT + 9).scan).toBeNull();
  });

  it("makes one of a flood more than can be told, and tells no more of them one by one", () => {
    const memory = take(NO_MEMORY, several(MEMORY_MAX.floods, floodCount));
    const later = take(memory, one(200, 1_000, LATER), LATER);
    expect(later.scan).toMatchObject({ since: LATER, sources: 1, total: 1_000 });
    expect(later.floods).toEqual(memory.floods);
  });
});

describe("judge, of a flood", () => {
  it("tells it with what it was for certain, and no other beside it", () => {
    const memory = take(NO_MEMORY, [...one(1, floodCount + 3), ...one(2, floodCount - 1)]);
    expect(memory.floods).toEqual([
      { source: "203.0.113.1", class: "no-certificate", since: AT, lastAt: AT, total: floodCount + 3 },
    ]);
  });

  it("opens it once, however long it goes on", () => {
    const memory = take(NO_MEMORY, one(1, floodCount));
    const later = take(memory, one(1, floodCount, LATER), LATER);
    expect(later.floods).toMatchObject([{ since: AT, lastAt: LATER, total: 2 * floodCount }]);
  });

  it("goes on with it while the window has as many, however long ago it was heard last", () => {
    const memory = take(NO_MEMORY, one(1, floodCount));
    const floods = memory.floods.map((flood) => ({ ...flood, since: AT - 20_000, lastAt: AT - 10_000 }));
    expect(take({ ...memory, floods }, []).floods).toMatchObject([{ since: AT - 20_000 }]);
  });

  it("opens another one beside it", () => {
    const memory = take(NO_MEMORY, one(1, floodCount));
    const later = take(memory, one(2, floodCount, LATER), LATER);
    expect(later.floods.map(({ source, since }) => [source, since])).toEqual([
      ["203.0.113.1", AT],
      ["203.0.113.2", LATER],
    ]);
  });
});

describe("judge, of lines that come late", () => {
  const LATE = { ...LIMITS, windowSeconds: 300, lateSeconds: 180, quietSeconds: 900 };
  const taken = (memory: AuthMemory, lines: TakenLine[], now: number) =>
    judge(takeDelivery(memory, { lines, known: KNOWN, limits: LATE, now }), LATE, now);

  it("sees a flood of which each line comes minutes late, as often as the link says and no sooner", () => {
    const run = (everySeconds: number, lateSeconds: number) => {
      let memory = NO_MEMORY;
      let told = false;
      for (let seconds = 0; seconds < 3_600; seconds += everySeconds) {
        memory = taken(memory, one(1, 1, AT + seconds - lateSeconds), AT + seconds);
        told ||= memory.floods.length > 0;
      }
      return told;
    };
    // 25 within the window; 15 within it.
    expect([run(12, 0), run(12, 150), run(12, 180)]).toEqual([true, true, true]);
    expect([run(20, 0), run(20, 150), run(20, 180)]).toEqual([false, false, false]);
  });

  it("goes on with one flood though its lines come later than any are counted, and tells that they do", () => {
    let memory = taken(NO_MEMORY, one(1, floodCount), AT);
    for (let seconds = 0; seconds < 2_400; seconds += 30) {
      memory = taken(memory, one(1, 50, AT + seconds - 600), AT + seconds);
      expect(memory.floods).toMatchObject([{ since: AT }]);
    }
    expect(memory.floods).toMatchObject([{ lastAt: AT + 1_770, total: floodCount + 50 * 80 }]);
    expect(memory.late).toMatchObject({ since: AT, total: 50 * 80 });
    expect(memory.slots.reduce((sum, { refused }) => sum + refused, 0)).toBe(0);
  });

  it("counts a late line once, however often it comes again", () => {
    const lines = one(1, 4, AT - 600);
    const memory = taken(NO_MEMORY, lines, AT);
    const again = taken(taken(memory, lines, AT + 30), [...lines.slice(2), ...lines.slice(0, 2)], AT + 60);
    expect(again.slots).toMatchObject([{ late: 4 }]);
  });

  it("says nothing of late lines that are fewer than are told, or were accepted", () => {
    const few = one(1, unreadCount - 1, AT - 600);
    const letIn = Array.from({ length: 20 }, () => line(accepted({ at: AT - 600 })));
    expect(taken(NO_MEMORY, [...few, ...letIn], AT).late).toBeNull();
  });
});

describe("judge, of lines that nobody understands", () => {
  it("tells of them as they were until it has been quiet", () => {
    const memory = take(NO_MEMORY, nothingRead(unreadCount));
    expect(take(memory, [], AT + quietSeconds - 1).unread).toEqual(memory.unread);
    expect(take(memory, [], AT + quietSeconds).unread).toBeNull();
  });

  it("goes on with its time while the window still has as many", () => {
    const memory = take(NO_MEMORY, nothingRead(unreadCount));
    expect(take(memory, [], AT + 9).unread).toEqual({ since: AT, lastAt: AT + 9, total: unreadCount });
  });

  it("tells of none that others were refused", () => {
    expect(take(NO_MEMORY, [...several(5), ...nothingRead(unreadCount - 1)]).unread).toBeNull();
  });
});
