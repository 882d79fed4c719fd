import { describe, expect, it } from "vitest";
import { drawFrom } from "./draw.ts";
import { drawTunnels } from "./draw-tunnels.ts";
import { AIMED_CALLS, KEY_ENDS, SECRET_ACTS } from "./faults.ts";

const START = 1_795_248_000;
const DAY = 86_400;
const draws = (days: number) =>
  Array.from({ length: 200 }, (_, seed) => drawTunnels(drawFrom(seed), [], { start: START, days }));
const drawn = draws(30).flat();

describe("drawTunnels", () => {
  it("draws something of each kind, of each tunnel, in each way", () => {
    const kinds = new Set(drawn.map(({ kind }) => kind));
    for (const kind of ["tunnels-flap", "tunnel-stuck", "maintenance", "tunnel-rotation-asked"] as const) {
      const tunnels = drawn.flatMap((fault) => (fault.kind === kind ? [fault.tunnel] : []));
      expect(new Set(tunnels)).toEqual(new Set([0, 1]));
    }
    for (const kind of ["puts-ignored", "freeze", "outage", "storm", "double-events", "stale-reads"] as const)
      expect(kinds).toContain(kind);
    const ends = drawn.flatMap((fault) => (fault.kind === "tunnel-key" ? [fault.end] : []));
    expect([...new Set(ends)].toSorted()).toEqual([...KEY_ENDS].toSorted());
    const acts = drawn.flatMap((fault) => (fault.kind === "tunnel-secret" ? [fault.act] : []));
    expect([...new Set(acts)].toSorted()).toEqual([...SECRET_ACTS].toSorted());
    const aimed = drawn.flatMap((fault) => (fault.kind === "aimed" ? [fault.call] : []));
    expect([...new Set(aimed)].toSorted()).toEqual([...AIMED_CALLS.tunnels].toSorted());
  });

  it("draws something for each life, however short, and within it and a day", () => {
    for (const faults of draws(1)) {
      expect(faults.length).toBeGreaterThan(0);
      expect(Math.min(...faults.map(({ at }) => at))).toBeGreaterThan(START);
      expect(Math.max(...faults.map(({ at }) => at))).toBeLessThan(START + 2 * DAY);
    }
  });
});
