import { describe, expect, it } from "vitest";
import { MEMORY_MAX, NO_MEMORY } from "./memory.ts";
import type { TakenLine } from "./memory-take.ts";
import { AT, KNOWN, knocks, LIMITS, line, refused, take } from "./test-auth.ts";

const { floodCount, scanSources, unreadCount, quietSeconds } = LIMITS;
const one = (number: number, times = 1): TakenLine[] => knocks(times, `203.0.113.${number}`);
const several = (count: number, times = 1): TakenLine[] =>
  Array.from({ length: count }, (_, index) => one(index, times)).flat();

describe("judge", () => {
  it("opens a flood at the number that the link says, and not before", () => {
    expect(take(NO_MEMORY, knocks(floodCount - 1)).floods).toEqual([]);
    expect(take(NO_MEMORY, knocks(floodCount)).floods).toEqual([
      { source: "203.0.113.9", class: "no-certificate", since: AT, lastAt: AT, total: floodCount },
    ]);
  });

  it("goes on with one flood for as long as it comes, and counts all of it", () => {
    let memory = take(NO_MEMORY, knocks(floodCount));
    for (let minute = 1; minute <= 20; minute += 1)
      memory = take(memory, knocks(3, "203.0.113.9", AT + 60 * minute), AT + 60 * minute);
    expect(memory.floods).toMatchObject([{ since: AT, lastAt: AT + 1_200, total: floodCount + 60 }]);
    expect(take(memory, [], AT + 1_200 + quietSeconds - 1).floods).toHaveLength(1);
    expect(take(memory, [], AT + 1_200 + quietSeconds).floods).toEqual([]);
  });

  it("keeps a flood open while the window still has as many, however short quiet is", () => {
    const memory = take(NO_MEMORY, knocks(floodCount));
    const busy = { ...memory, floods: memory.floods.map((flood) => ({ ...flood, lastAt: AT - 10_000 })) };
    expect(take(busy, []).floods).toHaveLength(1);
  });

  it("takes the same caller for another flood where it is refused for another reason", () => {
    const lines = Array.from({ length: floodCount }, () =>
      line(refused("expired", { source: "203.0.113.9" })),
    );
    expect(take(NO_MEMORY, [...knocks(floodCount), ...lines]).floods).toHaveLength(2);
  });

  it("tells of many sources as one scan, each of them refused once or often", () => {
    expect(take(NO_MEMORY, several(scanSources - 1)).scan).toBeNull();
    expect(take(NO_MEMORY, several(scanSources)).scan).toMatchObject({ sources: scanSources, since: AT });
    const often = take(NO_MEMORY, several(scanSources, floodCount));
    expect(often.scan).toMatchObject({ total: scanSources * floodCount });
    expect(often.floods).toEqual([]);
  });

  it("counts a source once, however many reasons there are to refuse it", () => {
    const lines = several(scanSources - 1);
    const more = Array.from({ length: scanSources - 1 }, (_, index) =>
      line(refused("expired", { source: `203.0.113.${index}` })),
    );
    expect(take(NO_MEMORY, [...lines, ...more]).scan).toBeNull();
  });

  it("has one that stands out in a scan be a flood of its own", () => {
    const memory = take(NO_MEMORY, [...several(scanSources), ...one(200, 100)]);
    expect(memory.floods).toMatchObject([{ source: "203.0.113.200" }]);
    expect(memory.scan).not.toBeNull();
  });

  it("tells of more floods than can be told one by one as a scan", () => {
    const memory = take(NO_MEMORY, several(MEMORY_MAX.floods + 1, floodCount));
    expect(memory.scan).toMatchObject({ sources: MEMORY_MAX.floods + 1 });
    expect(take(NO_MEMORY, several(MEMORY_MAX.floods, floodCount)).floods).toHaveLength(MEMORY_MAX.floods);
  });

  it("remembers the most sources of a scan, and ends it once it has been quiet", () => {
    const memory = take(NO_MEMORY, several(scanSources + 5));
    const later = take(memory, several(scanSources), AT + 200);
    expect(later.scan).toMatchObject({ since: AT, sources: scanSources + 5 });
    expect(take(later, [], AT + 200 + quietSeconds).scan).toBeNull();
  });

  it("tells of lines that nobody understands from their number on", () => {
    const unread = (count: number) => Array.from({ length: count }, () => line(null));
    expect(take(NO_MEMORY, unread(unreadCount - 1)).unread).toBeNull();
    const memory = take(NO_MEMORY, unread(unreadCount));
    expect(memory.unread).toEqual({ since: AT, lastAt: AT, total: unreadCount });
    expect(take(memory, [line(null, AT + 50)], AT + 50).unread).toMatchObject({ total: unreadCount + 1 });
    expect(take(memory, [], AT + quietSeconds).unread).toBeNull();
  });

  it("counts nothing of our own among the strangers", () => {
    const own = Array.from({ length: 50 }, () =>
      line(refused("expired", { source: "10.10.1.7", serial: "a1" })),
    );
    const memory = take(NO_MEMORY, own, AT, KNOWN);
    expect(memory).toMatchObject({ slots: [{ refused: 0, cells: [], unread: 0 }], floods: [] });
    expect(memory).toMatchObject({ scan: null, unread: null, late: null, own: [{ count: 50 }] });
  });

  it("counts anew when the link's window is another", () => {
    const memory = { ...take(NO_MEMORY, knocks(floodCount - 1)), slotSeconds: 7 };
    expect(take(memory, knocks(1)).floods).toEqual([]);
  });
});
