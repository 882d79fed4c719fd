/** Of the windows that ended lately, each of which may be the fullest: lines come late. */
import { describe, expect, it } from "vitest";
import { NO_MEMORY } from "./memory.ts";
import { type TakenLine, takeDelivery } from "./memory-take.ts";
import { AT, KNOWN, knocks, LIMITS, line } from "./test-auth.ts";
import { judge } from "./verdict.ts";

const { floodCount, scanSources, unreadCount } = LIMITS;
/** Slots of 30 seconds, of which a window is ten; six more are kept. */
const LATE = { ...LIMITS, windowSeconds: 300, lateSeconds: 180 };
const judged = (...lines: readonly TakenLine[]) =>
  judge(takeDelivery(NO_MEMORY, { lines: [...lines], known: KNOWN, limits: LATE, now: AT }), LATE, AT);
const ago = (seconds: number, number: number, times = 1): TakenLine[] =>
  knocks(times, `203.0.113.${number}`, AT - seconds);
const several = (seconds: number, count: number, times = 1, from = 0): TakenLine[] =>
  Array.from({ length: count }, (_, index) => ago(seconds, from + index, times)).flat();

describe("judge, of windows that ended lately", () => {
  it("tells a flood as it was in the fullest of them", () => {
    const gone = judged(...ago(320, 1, 5), ...ago(100, 1, floodCount));
    expect(gone.floods).toMatchObject([{ total: floodCount + 5 }]);
    const grown = judged(...ago(150, 1, floodCount), ...ago(10, 1, 10));
    expect(grown.floods).toMatchObject([{ total: floodCount + 10 }]);
  });

  it("tells a flood beside a scan that it stood out from in one of them", () => {
    const scan = several(10, scanSources, 6, 100);
    const { scan: told, floods } = judged(...ago(150, 1, floodCount), ...scan);
    expect(told).not.toBeNull();
    expect(floods).toMatchObject([{ source: "203.0.113.1" }]);
    expect(judged(...ago(10, 1, floodCount), ...scan).floods).toEqual([]);
  });

  it("tells first of the flood with the most, in whichever of them it is", () => {
    const { floods } = judged(...ago(150, 1, floodCount), ...ago(10, 2, floodCount + 5));
    expect(floods.map(({ source }) => source)).toEqual(["203.0.113.2", "203.0.113.1"]);
  });

  it("tells a scan as it was in that with the most sources, and of those in the last", () => {
    const gone = judged(...several(320, 5, 1, 100), ...several(100, scanSources));
    expect(gone.scan).toMatchObject({ sources: scanSources + 5, total: scanSources + 5 });
    const grown = judged(...several(150, scanSources), ...several(10, 5, 1, 100));
    expect(grown.scan).toMatchObject({ sources: scanSources + 5 });
    const again = judged(...several(150, scanSources), ...several(10, scanSources));
    expect(again.scan).toMatchObject({ sources: scanSources, total: 2 * scanSources });
  });

  it("tells how many lines nobody understood in that with the most", () => {
    const nothingRead = (seconds: number, count: number) =>
      Array.from({ length: count }, () => line(null, AT - seconds));
    const { unread } = judged(...nothingRead(320, 3), ...nothingRead(100, unreadCount));
    expect(unread).toMatchObject({ total: unreadCount + 3 });
  });
});
